/**
 * An id in a query, as clients write it: a telephone number begins with "+", which a query means as a space. A space itself
 * comes as "%20" and stays one: it must not make two ids one. In wire, because the page and the Worker must read the same id.
 */
export const idFromQuery = (url: string, name: string): string | undefined => {
  const [, query = ""] = /\?([^#]*)/.exec(url) ?? [];
  return new URLSearchParams(query.replaceAll("+", "%2B")).get(name) ?? undefined;
};
