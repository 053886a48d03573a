/** Creates a self-signed certificate: official Python and Java clients only support TLS. */
import { isIP } from "node:net";

export interface Certificate {
  /** Both PEM. The certificate is its own authority: clients that trust it trust the server. */
  readonly key: string;
  readonly cert: string;
}

/** Apple's systems trust no certificate that is valid for longer, in days. */
const validDays = 397;

/** @param names host names and IP addresses by which clients connect. @param now ms since the epoch. */
export async function makeCertificate(
  names: readonly string[],
  now = Date.now(),
): Promise<Certificate> {
  // Imported on demand because loading is slow. The default export is the only one in a bundle of CommonJS.
  const { default: selfsigned } = await import("selfsigned");
  const altNames = [...new Set(names)].map((name) =>
    isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const { private: key, cert } = await selfsigned.generate(
    [{ name: "commonName", value: "localhost" }],
    {
      keyType: "ec",
      algorithm: "sha256",
      notBeforeDate: new Date(now),
      notAfterDate: new Date(now + validDays * 24 * 60 * 60_000),
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
        // Apple's systems require it.
        { name: "extKeyUsage", serverAuth: true },
        { name: "subjectAltName", altNames },
      ],
    },
  );
  return { key, cert };
}
