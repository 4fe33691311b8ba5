/** A command line that cannot be followed; its message says how to write it. */
export class UsageError extends Error {}
