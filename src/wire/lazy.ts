/**
 * A value that is made when it is first used.
 *
 * Schemas are made so: a Worker's start evaluates every module, and most of its isolates use few of the schemas.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
