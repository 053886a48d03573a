/** The options of `npm start`, the addresses that it prints, and the certificate of `HTTPS=1`. */
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, type NetworkInterfaceInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { keepCertificate } from "../../scripts/certificate.ts";
import { networkAddresses, openAddresses, unusableHost } from "../../scripts/network.ts";
import { readyLines } from "../../scripts/ready-lines.ts";
import { settingWarnings } from "../../scripts/settings.ts";
import { readStartOptions } from "../../scripts/start-options.ts";

const read = (
  args: string[],
  environment: Record<string, string> = {},
  settings: Record<string, string> = {},
) => readStartOptions(args, environment, settings);

describe("[START9] an option comes from the arguments, the environment or the settings file", () => {
  it("is this machine alone without one", () => {
    expect(read([])).toMatchObject({
      host: "127.0.0.1",
      port: 8787,
      emulatorHost: "127.0.0.1",
      emulatorPort: 8788,
      https: false,
    });
  });

  it.each([
    [["--ip", "0.0.0.0"], { HOST: "::1" }, {}, "0.0.0.0"],
    [["--ip=::"], {}, {}, "::"],
    [[], { HOST: "0.0.0.0" }, { HOST: "::1" }, "0.0.0.0"],
    [[], {}, { HOST: "0.0.0.0" }, "0.0.0.0"],
    [[], { HOST: "" }, { HOST: "[::1]" }, "::1"],
    [[], { HOST: "localhost" }, {}, "127.0.0.1"],
  ])("%j %j %j", (args, environment, settings, host) => {
    expect(read(args, environment, settings).host).toBe(host);
  });

  it("has the ports, the folder and the tunnel, too", () => {
    const args = ["--port=1", "--persist-to", "/f", "--tunnel", "--tunnel-name=t"];
    expect(read(args, { PORT: "2", EMULATOR_PORT: "3" }, { INSPECTOR_PORT: "4" })).toMatchObject({
      port: 1,
      emulatorPort: 3,
      inspectorPort: 4,
      persistTo: "/f",
      // The tunnel's address is a line of this level.
      forWrangler: ["--log-level=log", "--tunnel", "--tunnel-name=t"],
    });
    const settings = { HOST: "h", HTTPS: "1", PORT: "1", EMULATOR_HOST: "h", EMULATOR_PORT: "1" };
    expect(settingWarnings(settings, "f")).toEqual([]);
  });

  it.each([
    [["--ips=1.2.3.4"], /^--ips is no option of npm start: there are --ip, --port, --persist-to, /],
    [["--help"], /^--help is no option of npm start: there are --ip/],
    [["-p", "80"], /^-p is no option of npm start/],
    [["0.0.0.0"], /^"0.0.0.0" is no option of npm start/],
    [["--local-protocol", "https"], /^--local-protocol is no option of npm start: set HTTPS=1\.$/],
    [["--ip", "::1", "--ip=::"], /^--ip is given twice: give it once\.$/],
    [["--tunnel", "--tunnel"], /^--tunnel is given twice: give it once\.$/],
    [["--ip"], /^--ip has no value: write --ip=…\.$/],
    [["--tunnel=yes"], /^--tunnel takes no value\.$/],
    [["--port=no"], /^--port is "no", which is not a port/],
    [
      ["--ip=phone"],
      /^--ip is "phone", which is no IP address: choose one of 127\.0\.0\.1, .*0\.0\.0\.0/,
    ],
    [
      ["--ip=203.0.113.9"],
      /^--ip is "203\.0\.113\.9", which is no address of this machine: choose /,
    ],
  ])("refuses %j in one sentence", (args, sentence) => {
    expect(() => read(args)).toThrow(sentence);
    expect(() => read(args)).toThrow(/^[^\n]+\.$/);
  });

  it.each([
    [
      { HOST: "x86_64-conda-linux-gnu" },
      /^HOST is "x86_64-conda-linux-gnu", which is no IP address/,
    ],
    [{ EMULATOR_HOST: "8.8" }, /^EMULATOR_HOST is "8.8", which is no IP address/],
    [{ HTTPS: "on" }, /^HTTPS is "on": set it to 1 or 0\.$/],
    [{ INSPECTOR_PORT: "-1" }, /^INSPECTOR_PORT is "-1", which is not a port/],
  ])("refuses %j in one sentence, from the environment and the file", (values, sentence) => {
    expect(() => read([], values)).toThrow(sentence);
    expect(() => read([], {}, values)).toThrow(sentence);
  });
});

describe("[START9] the ready lines print the addresses that another machine can open", () => {
  const info = (address: string, internal = false) =>
    ({
      address,
      internal,
      family: address.includes(":") ? "IPv6" : "IPv4",
    }) as NetworkInterfaceInfo;
  const lo = [info("127.0.0.1", true), info("::1", true)];
  const wifi = [info("192.168.1.20"), info("2001:db8::7"), info("fe80::1")];

  it("without those of this machine, of containers and of one link", () => {
    const docker0 = [info("172.17.0.1")];
    expect(networkAddresses({ lo, wifi, docker0, en5: [info("169.254.3.4")] })).toEqual([
      "192.168.1.20",
    ]);
    expect(networkAddresses({ lo, wifi: wifi.slice(1) })).toEqual(["2001:db8::7"]);
    expect(networkAddresses({ lo })).toEqual([]);
    expect(unusableHost("192.168.1.20", { lo, wifi })).toBeUndefined();
    expect(unusableHost("192.168.1.21", { lo, wifi })).toContain(
      "choose one of 127.0.0.1, 192.168.1.20, 0.0.0.0 for all",
    );
  });

  const server = {
    host: "0.0.0.0",
    port: 8787,
    upstream: "the local emulator",
    anonymous: true,
    certificate: undefined,
    openAddresses: ["192.168.1.20", "10.0.0.3"],
  };

  it("and say who is admitted, and what http lacks", () => {
    expect(readyLines(server)).toEqual([
      "parley is ready at http://localhost:8787, talking to the local emulator. Ctrl-C stops it.",
      "Other machines open http://192.168.1.20:8787 or http://10.0.0.3:8787.",
      "Over http, their browsers give a page no microphone: HTTPS=1 npm start.",
      "It admits every client of this network: set AUTH_SECRET to require tokens.",
    ]);
    expect(readyLines({ ...server, anonymous: false, certificate: "c.pem" })).toEqual([
      expect.stringContaining("https://localhost:8787"),
      expect.stringContaining("https://192.168.1.20:8787"),
      expect.stringMatching(/^Its certificate is c\.pem:/),
    ]);
    const own = { ...server, host: "192.168.1.20", openAddresses: openAddresses("192.168.1.20") };
    expect(readyLines(own)[0]).toContain("http://192.168.1.20:8787,");
    expect(readyLines(own)[1]).toBe("Other machines open http://192.168.1.20:8787.");
    expect(readyLines({ ...server, openAddresses: [] })[1]).toMatch(/no address in a network/);
  });

  it("and none if it listens for this machine alone", () => {
    expect(openAddresses("127.0.0.1")).toEqual([]);
    expect(readyLines({ ...server, host: "127.0.0.1", openAddresses: [] })).toHaveLength(1);
  });
});

describe("[START10] the certificate is kept until it expires or a name is missing", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-certificate-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const names = ["localhost", "127.0.0.1", "::1", "192.168.1.20", "laptop.local"];
  const day = 24 * 60 * 60_000;
  const now = Date.parse("2026-11-29T12:00:00Z");
  const kept = async (names: string[], now: number): Promise<string> =>
    readFileSync((await keepCertificate(folder, names, now)).certificate, "utf8");

  it("names all of them; only the owner reads its key", async () => {
    const certificate = new X509Certificate(await kept(names, now));
    for (const name of ["localhost", "laptop.local"])
      expect(certificate.checkHost(name)).toBeDefined();
    for (const address of ["127.0.0.1", "::1", "192.168.1.20"])
      expect(certificate.checkIP(address)).toBeDefined();
    expect(certificate.checkHost("example.com")).toBeUndefined();
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(statSync(join(folder, "key.pem")).mode & 0o777).toBe(0o600);
  });

  it("is the same at the next start, and for fewer names", async () => {
    const first = await kept(names, now);
    expect(await kept(names, now + 300 * day)).toBe(first);
    expect(await kept(["localhost"], now)).toBe(first);
  });

  it.each([
    ["a week before its end", names, now + 391 * day],
    ["for a new address", [...names, "10.0.0.3"], now],
    ["for a new name", [...names, "other.local"], now],
  ])("is a new one %s", async (_, names, at) => {
    const before = await kept(["localhost"], now);
    const after = await kept(names, at);
    expect(after).not.toBe(before);
    expect(await kept(names, at)).toBe(after);
  });

  it("is a new one if a file is damaged or the key is another's", async () => {
    const before = await kept(names, now);
    writeFileSync(join(folder, "certificate.pem"), "none");
    const second = await kept(names, now);
    expect(second).not.toBe(before);
    rmSync(join(folder, "key.pem"));
    expect(await kept(names, now)).not.toBe(second);
  });
});
