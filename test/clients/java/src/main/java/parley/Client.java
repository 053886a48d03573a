package parley;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.AsyncSession;
import com.google.genai.types.AudioTranscriptionConfig;
import com.google.genai.types.Blob;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.LiveConnectConfig;
import com.google.genai.types.LiveSendRealtimeInputParameters;
import com.google.genai.types.LiveSendToolResponseParameters;
import com.google.genai.types.LiveServerContent;
import com.google.genai.types.LiveServerMessage;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.SessionResumptionConfig;
import com.google.genai.types.Tool;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client with Google's Java SDK. Its protocol with the test is that of ../python/common.py. */
public final class Client {
  /** Bytes of 100 ms of PCM16 at 16 kHz. */
  private static final int FRAME = 3200;

  private static final ObjectMapper json = new ObjectMapper();

  private final com.google.genai.Client client;
  private final JsonNode request;
  private final BlockingQueue<Map<String, Object>> turns = new LinkedBlockingQueue<>();
  private AsyncSession session;
  private volatile String handle = "";
  private StringBuilder heard = new StringBuilder();
  private StringBuilder said = new StringBuilder();
  private ByteArrayOutputStream audio = new ByteArrayOutputStream();

  private Client(JsonNode request) {
    this.request = request;
    this.client =
        com.google.genai.Client.builder()
            .apiKey(request.get("api_key").asText())
            .httpOptions(HttpOptions.builder().baseUrl(request.get("base_url").asText()).build())
            .build();
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader stdin = new BufferedReader(new InputStreamReader(System.in));
    Client client = new Client(json.readTree(stdin.readLine()));
    client.connect();
    for (String name : List.of("who", "paris", "myName")) client.ask(name);
    report(Map.of("cut", true));
    stdin.readLine();
    client.connect();
    stdin.readLine();
    client.ask("whichName");
    System.exit(0);
  }

  private void connect() throws Exception {
    Schema city = Schema.builder().type("STRING").build();
    FunctionDeclaration getTime =
        FunctionDeclaration.builder()
            .name("get_time")
            .description("Tells the time in a city.")
            .parameters(
                Schema.builder().type("OBJECT").properties(Map.of("city", city)).required("city"))
            .build();
    SessionResumptionConfig.Builder resumption = SessionResumptionConfig.builder();
    if (!handle.isEmpty()) resumption.handle(handle);
    LiveConnectConfig config =
        LiveConnectConfig.builder()
            .responseModalities("AUDIO")
            .inputAudioTranscription(AudioTranscriptionConfig.builder())
            .outputAudioTranscription(AudioTranscriptionConfig.builder())
            .sessionResumption(resumption)
            .tools(Tool.builder().functionDeclarations(getTime))
            .build();
    // The SDK drops messages before receive: registered later, it may miss the resumption handle.
    session =
        client.async.live.connect(request.get("model").asText(), config)
            .thenCompose(opened -> opened.receive(this::read).thenApply(ready -> opened))
            .get();
  }

  /** A turn without sound, in which a function is called, is part of the next. */
  private void read(LiveServerMessage message) {
    message.sessionResumptionUpdate().flatMap(update -> update.newHandle()).ifPresent(h -> handle = h);
    message.toolCall().flatMap(call -> call.functionCalls()).ifPresent(this::answer);
    message.serverContent().ifPresent(this::readContent);
  }

  private void readContent(LiveServerContent content) {
    content.inputTranscription().flatMap(t -> t.text()).ifPresent(heard::append);
    content.outputTranscription().flatMap(t -> t.text()).ifPresent(said::append);
    for (Part part : content.modelTurn().flatMap(turn -> turn.parts()).orElse(List.of()))
      part.inlineData().flatMap(blob -> blob.data()).ifPresent(audio::writeBytes);
    if (!content.turnComplete().orElse(false) || audio.size() == 0) return;
    Map<String, Object> turn = new LinkedHashMap<>();
    turn.put("inputTranscript", heard.toString());
    turn.put("outputTranscript", said.toString());
    turn.put("audio", audio.toByteArray());
    heard = new StringBuilder();
    said = new StringBuilder();
    audio = new ByteArrayOutputStream();
    turns.add(turn);
  }

  private void answer(List<FunctionCall> calls) {
    List<FunctionResponse> responses = new ArrayList<>();
    for (FunctionCall call : calls) {
      Map<String, Object> args = call.args().orElse(Map.of());
      report(Map.of("call", Map.of("name", call.name().orElse(""), "args", args)));
      FunctionResponse.Builder response =
          FunctionResponse.builder()
              .id(call.id().orElse(""))
              .name(call.name().orElse(""))
              .response(Map.of("result", "It is tea time in " + args.get("city") + "."));
      responses.add(response.build());
    }
    session.sendToolResponse(
        LiveSendToolResponseParameters.builder().functionResponses(responses).build());
  }

  /** Sends a recording in real time, then silence until the answer has ended. */
  private void ask(String name) throws Exception {
    byte[] pcm = Base64.getDecoder().decode(request.get("clips").get(name).asText());
    Map<String, Object> turn = null;
    for (int at = 0; turn == null; at += FRAME) {
      byte[] frame = at < pcm.length ? Arrays.copyOfRange(pcm, at, at + FRAME) : new byte[FRAME];
      Blob blob = Blob.builder().data(frame).mimeType("audio/pcm;rate=16000").build();
      session.sendRealtimeInput(LiveSendRealtimeInputParameters.builder().audio(blob).build()).get();
      turn = turns.poll(100, TimeUnit.MILLISECONDS);
    }
    turn.put("turn", name);
    report(turn);
  }

  private static synchronized void report(Map<String, Object> value) {
    try {
      System.out.println(json.writeValueAsString(value));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }
}
