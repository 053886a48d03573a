/** Keeps the certificate of `HTTPS=1` in two files, and makes a new one when it expires or a name is missing. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { makeCertificate } from "../src/emulator/node/server/certificate.ts";

export interface CertificateFiles {
  /** PEM: clients must trust it. */
  readonly certificate: string;
  /** PEM; only its owner can read it. */
  readonly key: string;
}

/** A server that starts now may run for some days. */
const renewBeforeMs = 7 * 24 * 60 * 60_000;

/**
 * @param names host names and IP addresses by which clients connect.
 * @param now ms since the epoch.
 */
export async function keepCertificate(
  folder: string,
  names: readonly string[],
  now = Date.now(),
): Promise<CertificateFiles> {
  const files = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  if (await isUsable(files, names, now)) return files;
  const { cert, key } = await makeCertificate(names, now);
  await mkdir(folder, { recursive: true });
  await writePrivately(files.key, key);
  await writePrivately(files.certificate, cert);
  await chmod(files.certificate, 0o644);
  return files;
}

async function isUsable(
  files: CertificateFiles,
  names: readonly string[],
  now: number,
): Promise<boolean> {
  try {
    const certificate = new X509Certificate(await readFile(files.certificate));
    const key = createPrivateKey(await readFile(files.key));
    return (
      certificate.checkPrivateKey(key) &&
      certificate.validToDate.getTime() - now > renewBeforeMs &&
      names.every((name) => isNamed(certificate, name))
    );
  } catch {
    // There is none yet, or it is not one.
    return false;
  }
}

const isNamed = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

/** Renames a finished file: another start may read at the same time. */
async function writePrivately(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}
