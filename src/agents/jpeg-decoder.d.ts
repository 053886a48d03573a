/** The package's entry would also load its encoder, which the Worker does not need. */
declare module "jpeg-js/lib/decoder.js" {
  import { decode } from "jpeg-js";
  export default decode;
}
