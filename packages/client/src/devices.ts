/** The user's microphones, loudspeakers and cameras: the list, the choice, and what comes of it when devices come and go. */

export const deviceKinds = ["microphone", "speaker", "camera"] as const;

export type DeviceKind = (typeof deviceKinds)[number];

export interface Device {
  readonly kind: DeviceKind;
  readonly id: string;
  /** Empty until the user has allowed a device of this kind. */
  readonly label: string;
}

/** Ids of chosen devices. A kind that is absent follows the system's default. */
export type DeviceChoice = { readonly [kind in DeviceKind]?: string | undefined };

export interface DeviceList {
  /** Without the system's default, which is no device of its own. */
  readonly devices: readonly Device[];
  /** For each kind the device that is the system's default, as far as the browser tells. */
  readonly defaults: DeviceChoice;
  readonly chosen: DeviceChoice;
}

export const noDevices: DeviceList = { devices: [], defaults: {}, chosen: {} };

/** A device that the client must leave, or may: by its kind. */
export type DeviceChange =
  /** The chosen device is gone: the default takes its place. */
  | { readonly type: "lost"; readonly kind: DeviceKind; readonly label: string }
  /** The system has another default, as when a headset connects. Nothing was chosen, so the client follows. */
  | { readonly type: "defaultChanged"; readonly kind: DeviceKind };

const kinds: Record<MediaDeviceKind, DeviceKind> = {
  audioinput: "microphone",
  audiooutput: "speaker",
  videoinput: "camera",
};

/** Chromium lists the defaults of the system as devices of their own, beside the real ones. */
const aliases = new Set(["default", "communications"]);

type MediaDevice = Pick<MediaDeviceInfo, "kind" | "deviceId" | "label" | "groupId">;

/** Reads what `enumerateDevices` answers. Before a permission it answers with one device of a kind, without an id. */
export function readDevices(infos: readonly MediaDevice[]): Omit<DeviceList, "chosen"> {
  const named = infos.filter(({ deviceId }) => deviceId !== "");
  const real = named.filter(({ deviceId }) => !aliases.has(deviceId));
  const defaults = deviceKinds.map((kind) => {
    const alias = named.find((each) => kinds[each.kind] === kind && each.deviceId === "default");
    const candidates = real.filter((each) => kinds[each.kind] === kind);
    const byGroup = candidates.find(({ groupId }) => alias && groupId === alias.groupId);
    return [kind, (byGroup ?? candidates[0])?.deviceId];
  });
  return {
    devices: real.map(({ kind, deviceId, label }) => ({ kind: kinds[kind], id: deviceId, label })),
    defaults: Object.fromEntries(defaults.filter(([, id]) => id !== undefined)) as DeviceChoice,
  };
}

/** @returns the list with the choices that still hold, and what has changed for the client. */
export function updateDevices(
  before: DeviceList,
  read: Omit<DeviceList, "chosen">,
): [DeviceList, readonly DeviceChange[]] {
  const chosen: { [kind in DeviceKind]?: string } = {};
  const changes = deviceKinds.flatMap((kind): DeviceChange[] => {
    const id = before.chosen[kind];
    const isListed = read.devices.some((each) => each.kind === kind);
    // An empty list says only that nothing of this kind may be known yet.
    const isLost = id !== undefined && isListed && !isIn(read, kind, id) && isIn(before, kind, id);
    if (id !== undefined && !isLost) chosen[kind] = id;
    if (isLost) return [{ type: "lost", kind, label: labelOf(before, kind, id) }];
    const [old, now] = [before.defaults[kind], read.defaults[kind]];
    const follows = id === undefined && old !== undefined && now !== undefined && old !== now;
    return follows ? [{ type: "defaultChanged", kind }] : [];
  });
  return [{ ...read, chosen }, changes];
}

const isIn = ({ devices }: Pick<DeviceList, "devices">, kind: DeviceKind, id: string): boolean =>
  devices.some((each) => each.kind === kind && each.id === id);

const labelOf = ({ devices }: DeviceList, kind: DeviceKind, id: string): string =>
  devices.find((each) => each.kind === kind && each.id === id)?.label ?? "";

interface DeviceEvents {
  readonly listChanged: (list: DeviceList) => void;
  readonly changed: (change: DeviceChange) => void;
}

/** Watches the browser's devices. Browsers report no change while the page is hidden: the list is read again then. */
/** Firefox has its own list of loudspeakers. */
interface PickingDevices extends MediaDevices {
  selectAudioOutput?: () => Promise<MediaDeviceInfo>;
}

export class Devices {
  readonly #media = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;
  readonly #events: DeviceEvents;
  #list: DeviceList;

  /** @param chosen by the user earlier. */
  constructor(chosen: DeviceChoice, events: DeviceEvents) {
    this.#list = { ...noDevices, chosen };
    this.#events = events;
  }

  get list(): DeviceList {
    return this.#list;
  }

  /** Reads the list, and again whenever devices come or go. */
  watch(): void {
    this.#media?.addEventListener("devicechange", this.#read);
    this.#read();
  }

  stop(): void {
    this.#media?.removeEventListener("devicechange", this.#read);
  }

  /** @param id undefined: the system's default. */
  choose(kind: DeviceKind, id: string | undefined): void {
    this.#set({ ...this.#list, chosen: { ...this.#list.chosen, [kind]: id } });
  }

  /** Permissions uncover ids and labels, and browsers say nothing about it. */
  refresh(): void {
    this.#read();
  }

  /**
   * Firefox lists no loudspeaker until the user has picked it in the browser's own list. Needs a user gesture.
   * @returns the id; undefined where the browser has no such list.
   */
  async askForSpeaker(): Promise<string | undefined> {
    const media: PickingDevices | undefined = this.#media;
    const device = await media?.selectAudioOutput?.();
    if (device) this.#read();
    return device?.deviceId;
  }

  readonly #read = (): void => void this.#enumerate().catch(() => undefined);

  async #enumerate(): Promise<void> {
    if (!this.#media) return;
    const [list, changes] = updateDevices(
      this.#list,
      readDevices(await this.#media.enumerateDevices()),
    );
    this.#set(list);
    for (const change of changes) this.#events.changed(change);
  }

  #set(list: DeviceList): void {
    this.#list = list;
    this.#events.listChanged(list);
  }
}
