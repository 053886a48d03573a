/**
 * A conversation as the page has it: the link, the microphone, the loudspeaker and the camera joined,
 * and one value that says how things stand.
 */
import { decided, weigh, type Question } from "./approvals.ts";
import { awaits } from "./pending-answer.ts";
import { openCamera, type Camera } from "./camera.ts";
import { cut, hear, settle, type, type Captions } from "./captions.ts";
import type { Connection, Heard, LinkState, Tokens } from "./connection.ts";
import type { Goods } from "./products.ts";
import { randomId } from "./identity.ts";
import type { Kept } from "./session-storage.ts";
import { isSilenced, maySpeak, nobody, type People } from "./participants.ts";
import { Player } from "./player.ts";
import { follow, silent, stop, type Turn } from "./playback-turn.ts";
import { Voice, type MicState } from "./microphone-uplink.ts";
import { deviceWords, fullWords, lostWords, silentWords } from "./error-messages.ts";

export interface TalkState {
  readonly link: LinkState;
  readonly mic: MicState;
  readonly speaking: boolean;
  readonly awaiting: boolean;
  readonly camera: Camera | "off" | "asking";
  readonly captions: Captions;
  readonly goods: Goods;
  readonly people: People;
  /** An operator has muted this page, or it came to listen. */
  readonly silenced: boolean;
  readonly tokens?: Tokens;
  /** What the agent wants to do and may not do unasked. */
  readonly questions: readonly Question[];
  /** What the person should know, in words. */
  readonly notice?: string;
}

const patienceMs = 15_000;

export class Talk {
  readonly #connection: Connection;
  readonly #onChange: (state: TalkState) => void;
  readonly #player = new Player({
    speaking: (speaking) => this.#set({ speaking }),
    played: (seq, ms) => this.#connection.played(seq, ms),
  });
  readonly #voice: Voice;
  #turn: Turn = silent;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #state: TalkState;

  /** @param speaks whether this page came to say something; the server may know better. */
  constructor(
    connection: Connection,
    kept: Kept,
    speaks: boolean,
    onChange: (state: TalkState) => void,
  ) {
    this.#connection = connection;
    this.#onChange = onChange;
    this.#voice = new Voice(connection, {
      changed: (mic) => this.#set({ mic }),
      lost: () => this.#set({ notice: lostWords("microphone") }),
    });
    this.#state = {
      link: connection.state,
      mic: "off",
      speaking: false,
      awaiting: false,
      camera: "off",
      questions: [],
      people: nobody,
      silenced: !speaks,
      captions: kept.captions,
      goods: kept.goods,
    };
    connection.listen((heard) => this.#hear(heard));
  }

  get state(): TalkState {
    return this.#state;
  }

  /** 0 to 1: of the agent while it speaks, else of the person. */
  level(): number {
    return this.#state.speaking ? this.#player.level() : this.#voice.level();
  }

  /** Opens everything a spoken conversation needs; call it from a user's gesture. */
  async start(): Promise<void> {
    if (this.#state.mic !== "off") return;
    this.#enter();
    if (this.#state.silenced) return;
    try {
      await this.#voice.open();
    } catch (error) {
      this.#set({ notice: deviceWords("microphone", error) });
    }
  }

  /** Goes on where the page was when it was left; sound needs a gesture, words do not. */
  resume(): void {
    this.#connection.open();
  }

  /** Says a text, opening the link if need be; call it from a user's gesture. */
  say(text: string): boolean {
    this.#enter();
    const id = randomId();
    const fate = this.#connection.sendText(text, id);
    if (fate === "refused") {
      this.#set({ notice: fullWords });
      return false;
    }
    this.#set({
      captions: type(this.#state.captions, text, fate === "held", id),
      awaiting: fate === "sent",
    });
    return true;
  }

  toggleMute(): void {
    this.#voice.toggleMute();
  }

  /** Stops the agent where it stands. */
  hush(): void {
    if (!this.#state.speaking && this.#turn.at !== "talking") return;
    this.#turn = stop(this.#turn);
    this.#player.cut();
    this.#connection.interrupt();
    this.#set({ captions: cut(this.#state.captions) });
  }

  decide(id: string, approved: boolean): void {
    this.#connection.approve(id, approved);
    this.#set({ questions: decided(this.#state.questions, id) });
  }

  async toggleCamera(): Promise<void> {
    if (this.#state.camera === "off") await this.#openCamera(true);
    else this.#closeCamera();
  }

  async switchCamera(): Promise<void> {
    const { camera } = this.#state;
    if (typeof camera === "string") return;
    this.#closeCamera();
    await this.#openCamera(!camera.front);
  }

  dismiss(): void {
    const { notice: _, ...rest } = this.#state;
    this.#state = rest;
    this.#onChange(rest);
  }

  /** Hangs up and gives every device back. */
  async end(): Promise<void> {
    this.#connection.close();
    this.#closeCamera();
    await Promise.all([this.#voice.close(), this.#player.close()]);
  }

  #enter(): void {
    this.dismiss();
    this.#connection.open();
    void this.#unlock();
  }

  async #unlock(): Promise<void> {
    const heard = await this.#player.open();
    if (!heard && this.#state.link.at !== "closed") this.#set({ notice: silentWords });
  }

  #hear(heard: Heard): void {
    this.#turn = follow(this.#turn, heard);
    this.#voice.follow(heard);
    const { awaiting, captions } = this.#state;
    this.#set({
      captions: hear(captions, heard),
      questions: weigh(this.#state.questions, heard),
      awaiting: awaits({ awaiting, captions, turn: this.#turn }, heard),
    });
    switch (heard.kind) {
      case "audio":
        if (this.#turn.at === "talking") this.#player.play(heard.pcm, heard.seq);
        break;
      case "interrupted":
        this.#player.cut();
        break;
      case "turnComplete":
        this.#player.endTurn();
        break;
      case "goods":
        this.#show(heard.goods);
        break;
      case "usage":
        this.#set({ tokens: heard.tokens });
        break;
      case "recalled":
        for (const { goods } of shownIn(heard.heard)) this.#show(goods);
        break;
      case "people":
        this.#meet(heard.people);
        break;
      case "error":
        this.#set({ notice: heard.message });
        break;
      case "state":
        this.#follow(heard.state);
        break;
      default:
    }
  }

  #follow(link: LinkState): void {
    this.#set({ link });
    if (link.at !== "closed") return;
    this.#set({ captions: settle(this.#state.captions), questions: [] });
    if (link.why) this.#set({ notice: link.why });
    this.#player.cut();
    this.#closeCamera();
    void this.#voice.close();
  }

  #show(goods: Partial<Goods>): void {
    this.#set({ goods: { ...this.#state.goods, ...goods } });
  }

  #meet(people: People): void {
    const silenced = isSilenced(people) || !maySpeak(people);
    this.#voice.silenced = silenced;
    this.#set({ people, silenced });
  }

  async #openCamera(front: boolean): Promise<void> {
    this.#enter();
    this.#set({ camera: "asking" });
    try {
      const camera = await openCamera(front, {
        picture: (jpeg) => this.#connection.sendImage(jpeg),
        lost: () => {
          this.#closeCamera();
          this.#set({ notice: lostWords("camera") });
        },
      });
      // Closed meanwhile, or another one opened.
      if (this.#state.camera !== "asking") camera.close();
      else this.#set({ camera });
    } catch (error) {
      this.#set({ camera: "off", notice: deviceWords("camera", error) });
    }
  }

  /** An agent may choose to say nothing: after a while nobody waits for it any more. */
  #patience(awaiting: boolean): void {
    if (awaiting && this.#state.awaiting) return;
    clearTimeout(this.#waiting);
    if (awaiting) this.#waiting = setTimeout(() => this.#set({ awaiting: false }), patienceMs);
  }

  #closeCamera(): void {
    const { camera } = this.#state;
    if (typeof camera !== "string") camera.close();
    if (camera !== "off") this.#set({ camera: "off" });
  }

  #set(change: Partial<TalkState>): void {
    if (change.awaiting !== undefined) this.#patience(change.awaiting);
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }
}

const shownIn = (heard: readonly Heard[]): readonly Extract<Heard, { kind: "goods" }>[] =>
  heard.filter((each) => each.kind === "goods");
