/** Installs the clients in other languages, each where its language is on this machine. Prints a line for each. */
import { install, missing, programs } from "./support/languages.ts";

for (const program of Object.values(programs)) {
  const lack = missing(program);
  if (lack === undefined && !program.compiled) continue;
  if (lack !== undefined && lack !== "not installed")
    console.log(`${program.name}: skipped, ${lack}`);
  else {
    const failed = install(program);
    console.log(`${program.name}: ${failed === undefined ? "installed" : `failed\n${failed}`}`);
  }
}
