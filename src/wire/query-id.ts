/**
 * An id in a query, as clients write it: a telephone number begins with "+", which a query means as a space. No id
 * contains a space, so that each was a "+". In wire, because the page and the Worker must read the same id.
 */
export const idFromQuery = (value: string | null | undefined): string | undefined =>
  value?.replaceAll(" ", "+");
