/** Creates a self-signed certificate on every start: official Python clients only support TLS. */
import { isIP } from "node:net";

export interface Certificate {
  /** Both PEM. The certificate is its own authority: clients that trust it trust the server. */
  readonly key: string;
  readonly cert: string;
}

const local = ["127.0.0.1", "::1", "localhost"];

/** @param host the address the server binds to; the certificate also covers the usual local names. */
export async function makeCertificate(host: string): Promise<Certificate> {
  // Imported on demand because loading is slow. The default export is the only one in a bundle of CommonJS.
  const { default: selfsigned } = await import("selfsigned");
  const altNames = [...new Set([...local, host])].map((name) =>
    isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const { private: key, cert } = await selfsigned.generate(
    [{ name: "commonName", value: "localhost" }],
    {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
        { name: "subjectAltName", altNames },
      ],
    },
  );
  return { key, cert };
}
