/** The code of the worklets by name. The package's build puts it here; the page hosts them as files. */
export const workletSources: Readonly<Record<string, string>> = {};
