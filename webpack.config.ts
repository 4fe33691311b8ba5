import CopyWebpackPlugin from 'copy-webpack-plugin';
import path from 'path';
import type { Configuration } from 'webpack';

import scaffold, { type Env } from './.config/webpack/webpack.config.ts';

const config = async (env: Env): Promise<Configuration> => {
  const base = await scaffold(env);
  return {
    ...base,
    // The cache holds absolute paths: a copy of this folder must not read the one of the original.
    cache: {
      type: 'filesystem',
      name: `${env.production ? 'production' : 'development'}-${Buffer.from(process.cwd()).toString('hex')}`,
      buildDependencies: {
        config: ['webpack.config.ts', '.config/webpack/webpack.config.ts'].map((file) =>
          path.resolve(process.cwd(), file)
        ),
      },
    },
    plugins: [
      ...(base.plugins ?? []),
      // The scaffold copies only the logos of the root plugin.
      new CopyWebpackPlugin({ patterns: [{ from: '*/**/img/**/*.{svg,png}', to: '.', noErrorOnMissing: true }] }),
    ],
    performance: { ...base.performance, maxEntrypointSize: 100_000, maxAssetSize: 250_000 },
  };
};

export default config;
