import { openApiSchemas } from "./openapi.ts";
import { productSchemas } from "./products.ts";
import { rareSchemas } from "./rare.ts";
import { rustAndPythonSchemas } from "./rust-and-python.ts";
import { serverSchemas } from "./servers.ts";
import { typeScriptSchemas } from "./typescript.ts";

export const publicSchemas = [
  ...serverSchemas,
  ...productSchemas,
  ...openApiSchemas,
  ...rustAndPythonSchemas,
  ...typeScriptSchemas,
  ...rareSchemas,
];
