/** Google's thirty prebuilt voices ("Speech generation": voice options), in lower case. */
export const prebuiltVoices: ReadonlySet<string> = new Set(
  "achernar achird algenib algieba alnilam aoede autonoe callirrhoe charon despina enceladus erinome fenrir gacrux iapetus kore laomedeia leda orus puck pulcherrima rasalgethi sadachbia sadaltager schedar sulafat umbriel vindemiatrix zephyr zubenelgenubi".split(
    " ",
  ),
);
