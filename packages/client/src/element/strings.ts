/** All words of `<parley-call>`, by language. A language is added here alone. */

export interface Strings {
  readonly open: string;
  readonly close: string;
  readonly title: string;
  readonly start: string;
  readonly sound: string;
  readonly mute: string;
  readonly unmute: string;
  readonly stop: string;
  readonly end: string;
  readonly send: string;
  readonly input: string;
  readonly transcript: string;
  readonly you: string;
  readonly agent: string;
  readonly uses: string;
  readonly transferred: (agent: string) => string;
  readonly skipped: (seconds: number) => string;
  readonly sentPicture: string;
  readonly unsent: string;
  readonly phases: Readonly<Record<CallPhase, string>>;
  /** By the code of a `CallError`. Other errors are shown in the words that they bring. */
  readonly errors: Readonly<Record<string, string>>;
}

export type CallPhase =
  | "ready"
  | "requesting"
  | "connecting"
  | "reconnecting"
  | "offline"
  | "speaking"
  | "thinking"
  | "muted"
  | "listenOnly"
  | "listening"
  | "connected";

const english: Strings = {
  open: "Talk to us",
  close: "Close",
  title: "Voice assistant",
  start: "Start talking",
  sound: "Turn the sound on",
  mute: "Mute",
  unmute: "Unmute",
  stop: "Stop the answer",
  end: "Hang up",
  send: "Send",
  input: "Type a message",
  transcript: "Conversation",
  you: "You",
  agent: "Agent",
  uses: "Using",
  transferred: (agent) => `Transferred to ${agent}`,
  skipped: (seconds) => `Missed ${seconds} s of the voice`,
  sentPicture: "Picture",
  unsent: "not sent",
  phases: {
    ready: "Ready when you are",
    requesting: "Allow the microphone, please",
    connecting: "Connecting",
    reconnecting: "Connection lost. Trying again by itself",
    offline: "You are offline",
    speaking: "Speaking. Just talk to interrupt",
    thinking: "Thinking",
    muted: "Muted",
    listenOnly: "You listen, and are not heard",
    listening: "Listening. Just talk",
    connected: "Connected. Type, or start talking",
  },
  errors: {},
};

const traditionalChinese: Strings = {
  open: "與我們對話",
  close: "關閉",
  title: "語音助理",
  start: "開始說話",
  sound: "開啟聲音",
  mute: "靜音",
  unmute: "取消靜音",
  stop: "停止回答",
  end: "掛斷",
  send: "傳送",
  input: "輸入訊息",
  transcript: "對話內容",
  you: "您",
  agent: "助理",
  uses: "正在使用",
  transferred: (agent) => `已轉接給 ${agent}`,
  skipped: (seconds) => `錯過了 ${seconds} 秒的語音`,
  sentPicture: "圖片",
  unsent: "未送出",
  phases: {
    ready: "隨時可以開始",
    requesting: "請允許使用麥克風",
    connecting: "連線中",
    reconnecting: "連線中斷，正在自動重新連線",
    offline: "您目前離線",
    speaking: "正在回答，可直接說話打斷",
    thinking: "思考中",
    muted: "已靜音",
    listenOnly: "您可以聆聽，但不能發言",
    listening: "聆聽中，請說話",
    connected: "已連線，請輸入文字或開始說話",
  },
  errors: {
    NotAllowedError: "未獲准使用麥克風。請在瀏覽器的網址列允許後再試一次。您仍可輸入文字。",
    NotFoundError: "找不到麥克風。請接上後再試一次。您仍可輸入文字。",
    NotReadableError:
      "麥克風正被其他程式使用或沒有回應。請關閉其他程式後再試一次。您仍可輸入文字。",
    OverconstrainedError: "找不到麥克風。請接上後再試一次。您仍可輸入文字。",
    AbortError: "麥克風正被其他程式使用或沒有回應。請關閉其他程式後再試一次。您仍可輸入文字。",
    NotSupportedError: "此瀏覽器無法開啟麥克風。您仍可輸入文字。",
    SecurityError: "此頁面不能使用麥克風與聲音，這些功能需要 https。您仍可輸入文字。",
    WorkletError: "無法載入聲音功能。請檢查網路後再試一次。您仍可輸入文字。",
    InactiveError: "瀏覽器未開始播放聲音。請再點一次。您仍可輸入文字。",
    DEVICE_WITHHELD: "系統暫時占用了麥克風，可能是因為來電。之後會自動恢復；您仍可輸入文字。",
    NO_DETECTOR: "無法載入語音偵測器，輪流發言的方式維持不變。",
    BUDGET_LOW: "此對話的額度即將用完；用完時對話會結束。",
    ENDED: "對方已結束對話。",
    REFUSED: "伺服器拒絕了此對話。",
    SPENT: "此對話的額度已用完。",
    BAD_TOKEN: "取得的權杖無效，未傳送任何內容。請通知網站管理員。",
    NEEDS_HTTPS: "此網頁以 https 開啟，只能連線到使用 https 的伺服器。請通知網站管理員。",
    BLOCKED_BY_POLICY: "此網站的內容安全政策不允許這個連線。請通知網站管理員。",
    DEVICE_LOST: "麥克風已中斷連線。請重新接上後再試一次。",
    SILENT: "瀏覽器未播放聲音。請再點一次。",
    NO_TOKEN: "無法取得此對話的授權，內容不會遺失，系統會自動再試一次。",
    UNAUTHENTICATED: "伺服器未接受授權。請重新登入後再試一次。",
    FORBIDDEN_ORIGIN: "此網站未獲准連線到語音伺服器。請通知網站管理員。",
    BUDGET_SPENT: "此對話的額度已用完。",
    OUTBOX_FULL: "等待送出的訊息過多，此訊息未送出，請稍後再試。",
  },
};

/** @param language a BCP 47 tag, such as that of the page. */
export const stringsFor = (language: string): Strings =>
  /^zh\b/iu.test(language) ? traditionalChinese : english;
