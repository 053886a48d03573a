/** A certificate for this machine, made anew on every start: official Python clients speak nothing but TLS. */
import { isIP } from "node:net";

export interface Certificate {
  /** Both PEM. The certificate is its own authority: clients that are given it trust the server. */
  readonly key: string;
  readonly cert: string;
}

const local = ["127.0.0.1", "::1", "localhost"];

/** @param host the address the server is bound to; it is good for this machine's usual names besides. */
export async function makeCertificate(host: string): Promise<Certificate> {
  // Loaded only when it is asked for: it takes a while. By its default, the one export a bundle of CommonJS has.
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
