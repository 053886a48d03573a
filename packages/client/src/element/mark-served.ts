/** Tells the element which server its script came from, before a tag of the page is upgraded. */
import { servedFrom } from "./parley-call.ts";

/** The address of the script. */
export const servedAddress = import.meta.url;

servedFrom(servedAddress);
