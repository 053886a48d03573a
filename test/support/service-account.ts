/** A fictitious service account with a newly generated key; runs in Node and in workerd. */

export interface TestServiceAccount {
  readonly account: {
    readonly email: string;
    readonly privateKey: string;
    readonly tokenUrl: string;
  };
  /** The key file, in Google's format. */
  readonly file: string;
  readonly publicKey: CryptoKey;
}

export async function createServiceAccount(
  tokenUrl = "https://oauth2.googleapis.com/token",
): Promise<TestServiceAccount> {
  const pair = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  if (!("privateKey" in pair)) throw new Error("not a pair of keys");
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  if (!(pkcs8 instanceof ArrayBuffer)) throw new Error("not PKCS#8");
  const bytes = new Uint8Array(pkcs8);
  const lines = bytes.toBase64().match(/.{1,64}/g) ?? [];
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
  const email = "talker@my-project.iam.gserviceaccount.com";
  const file = JSON.stringify({
    type: "service_account",
    project_id: "my-project",
    private_key_id: "0123456789abcdef",
    private_key: privateKey,
    client_email: email,
    client_id: "1",
    token_uri: tokenUrl,
  });
  return { account: { email, privateKey, tokenUrl }, file, publicKey: pair.publicKey };
}
