declare const APITRAIL_VERSION: string | undefined;

/** Version of this program; the build puts it in. */
export const VERSION = typeof APITRAIL_VERSION === 'string' ? APITRAIL_VERSION : 'unbuilt';
