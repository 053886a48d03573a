/** A file of WebAssembly in the Worker's bundle: it is compiled when it is first imported. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  // oxlint-disable-next-line import/no-default-export -- the platform's form
  export default module;
}
