/** `npm run licences`: writes docs/licences.md, the list of the packages that are shipped. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { licenceList } from "./pack/licence-list.ts";
import { shippedPackages } from "./pack/shipped.ts";

const root = join(import.meta.dirname, "..");
writeFileSync(join(root, "docs/licences.md"), licenceList(await shippedPackages(root)));
