/** Pictures that the agents show, at `/products/<file>`. These agents show none. */
export const pictureAt = (_file: string): Response | undefined => undefined;
