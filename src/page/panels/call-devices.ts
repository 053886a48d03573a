/** The settings about sound, of a call: a choice holds at once, and is kept for the next page. */
import type { Call } from "../../../packages/client/src/index.ts";
import type { PageSettings } from "../settings.ts";
import type { DevicesProps } from "./devices-panel.ts";

export function devicesOf(
  call: Call,
  { processing: kept }: PageSettings,
  keep: (change: Partial<PageSettings>) => void,
): DevicesProps {
  const { devices, turnTaking } = call.state;
  return {
    devices,
    processing: call.microphone.processing(),
    turnTaking,
    choose: (kind, id) => {
      keep({ devices: { ...devices.chosen, [kind]: id } });
      void call.devices.choose(kind, id);
    },
    askForSpeaker: asksForSpeakers() ? () => void call.devices.askForSpeaker() : undefined,
    setProcessing: (change) => {
      void call.microphone.setProcessing(change);
      keep({ processing: { ...kept, ...change } });
    },
    setTurnTaking: (turnTaking) => {
      keep({ turnTaking });
      void call.setTurnTaking(turnTaking);
    },
  };
}

const asksForSpeakers = (): boolean =>
  "selectAudioOutput" in ((navigator as Partial<Navigator>).mediaDevices ?? {});
