/** Pictures that the agents show, at `/products/<name>`: their contents by name. These agents show none. */
export const pictures = (): ReadonlyMap<string, string> => new Map();
