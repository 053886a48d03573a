/** The clients in other languages: how each is installed and started. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = join(import.meta.dirname, "..");

export interface Program {
  /** The package and its version. */
  readonly name: string;
  /** The commands that must be on the machine. */
  readonly needs: readonly string[];
  /** A file that exists when the client is installed. */
  readonly installed: string;
  /** Whether it must be built again after a change. */
  readonly compiled: boolean;
  /** The commands that install it. */
  readonly install: readonly (readonly [command: string, ...args: string[]])[];
  readonly cwd: string;
  /** @param trusted the path of the certificate (PEM) to trust. */
  start(trusted: string): {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
}

/** Why a program can not run, in words; undefined when it can. */
export function missing({ needs, installed }: Program): string | undefined {
  const lacking = needs.filter((command) => !exists(command));
  if (lacking.length > 0) return `${lacking.join(" and ")} not on this machine`;
  return existsSync(installed) ? undefined : "not installed";
}

const exists = (command: string): boolean =>
  spawnSync("which", [command], { stdio: "ignore" }).status === 0;

export const python = process.env["PYTHON"] ?? "python3";

interface PythonProgram {
  /** The package that it is named after. */
  readonly project: string;
  readonly cwd: string;
  /** The path of pip's file. */
  readonly requirements: string;
  /** The folder of its virtual environment. */
  readonly environment: string;
  readonly script: string;
}

export function pythonProgram(program: PythonProgram): Program {
  const { project, cwd, requirements, environment, script } = program;
  const interpreter = join(environment, "bin/python");
  const version = new RegExp(`^${project}(?:\\[.*\\])?==(.*)$`, "m").exec(
    readFileSync(requirements, "utf8"),
  )?.[1];
  // A new version is installed over the old one.
  const marker = join(environment, `installed-${version}`);
  return {
    name: `${project} ${version} for Python`,
    needs: [python],
    installed: marker,
    compiled: false,
    install: [
      [python, "-m", "venv", environment],
      [
        interpreter,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "-r",
        requirements,
      ],
      ["touch", marker],
    ],
    cwd,
    start: (trusted) => ({
      command: interpreter,
      args: [script],
      env: { SSL_CERT_FILE: trusted, PYTHONWARNINGS: "ignore" },
    }),
  };
}

/** A virtual environment of its own: the clients ask for different versions of the same packages. */
function pythonClient(file: string, project: string): Program {
  const cwd = join(folder, "python");
  return pythonProgram({
    project,
    cwd,
    requirements: join(cwd, "requirements", `${file}.txt`),
    environment: join(cwd, ".venv", file),
    script: join(cwd, `${file}_client.py`),
  });
}

function goProgram(): Program {
  const cwd = join(folder, "go");
  const binary = join(cwd, ".build/client");
  return {
    name: "google.golang.org/genai 1.77.0 for Go",
    needs: ["go"],
    installed: binary,
    compiled: true,
    install: [["go", "build", "-o", binary, "."]],
    cwd,
    start: (trusted) => ({ command: binary, args: [], env: { SSL_CERT_FILE: trusted } }),
  };
}

function javaProgram(): Program {
  const cwd = join(folder, "java");
  const classpath = join(cwd, "target/classpath");
  const maven = ["-q", "-B", `-Dmaven.repo.local=${join(cwd, ".m2")}`];
  return {
    name: "com.google.genai:google-genai 1.80.0 for Java",
    needs: ["java", "mvn", "keytool"],
    installed: classpath,
    compiled: true,
    install: [
      ["mvn", ...maven, "compile", "dependency:build-classpath", `-Dmdep.outputFile=${classpath}`],
    ],
    cwd,
    start: (trusted) => {
      const store = join(dirname(trusted), "front.p12");
      const password = "changeit";
      const importing = `-importcert -noprompt -storetype PKCS12 -storepass ${password}`.split(" ");
      spawnSync("keytool", [...importing, "-file", trusted, "-keystore", store]);
      const classes = `${join(cwd, "target/classes")}:${readFileSync(classpath, "utf8").trim()}`;
      const trust = [
        `-Djavax.net.ssl.trustStore=${store}`,
        `-Djavax.net.ssl.trustStorePassword=${password}`,
      ];
      return { command: "java", args: [...trust, "-cp", classes, "parley.Client"], env: {} };
    },
  };
}

export const programs = {
  python: pythonClient("genai", "google-genai"),
  adk: pythonClient("adk", "google-adk"),
  pipecat: pythonClient("pipecat", "pipecat-ai"),
  livekit: pythonClient("livekit", "livekit-plugins-google"),
  go: goProgram(),
  java: javaProgram(),
} satisfies Record<string, Program>;

/** Installs a program in its git-ignored place. @returns undefined, or the output of the command that failed. */
export function install(program: Program): string | undefined {
  mkdirSync(dirname(program.installed), { recursive: true });
  for (const [command, ...args] of program.install) {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: program.cwd,
      encoding: "utf8",
    });
    if (status !== 0) return `${command} ${args.join(" ")}\n${stdout}${stderr}${error ?? ""}`;
  }
  return undefined;
}
