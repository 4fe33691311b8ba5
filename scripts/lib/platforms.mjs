/** The platforms Grafana runs on, as Go names them, which the forwarder is built for. */
export const PLATFORMS = ['linux', 'darwin', 'windows'].flatMap((os) =>
  ['amd64', 'arm64'].map((arch) => `${os}/${arch}`)
);

/** What Grafana looks for beside the data source's plugin.json on a platform. */
export function executableFor(platform) {
  const [os, arch] = platform.split('/');
  return `gpx_apitrail_${os}_${arch}${os === 'windows' ? '.exe' : ''}`;
}
