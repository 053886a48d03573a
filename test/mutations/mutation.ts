/** A mutation takes one protection out of the source; the tests of its rules must then fail. */
export interface Mutation {
  /** The rules whose tests must fail, each by itself. */
  readonly rules: readonly string[];
  /** The source file. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replace: string;
  /** `project file`, as Vitest names them: `worker test/worker/limits.test.ts`. */
  readonly test: string;
}
