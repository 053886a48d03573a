// A client with Google's Go SDK. Its protocol with the test is that of ../python/common.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/genai"
)

// Bytes of 100 ms of PCM16 at 16 kHz.
const frameBytes = 3200

type request struct {
	BaseURL string            `json:"base_url"`
	APIKey  string            `json:"api_key"`
	Model   string            `json:"model"`
	Clips   map[string][]byte `json:"clips"`
}

type turn struct {
	Turn             string `json:"turn"`
	InputTranscript  string `json:"inputTranscript"`
	OutputTranscript string `json:"outputTranscript"`
	Audio            []byte `json:"audio"`
}

func main() {
	log.SetOutput(os.Stderr)
	stdin := bufio.NewReaderSize(os.Stdin, 1<<20)
	line, err := stdin.ReadBytes('\n')
	check(err)
	var r request
	check(json.Unmarshal(line, &r))
	client, err := genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey:      r.APIKey,
		Backend:     genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: r.BaseURL},
	})
	check(err)

	session := connect(client, r.Model, "")
	turns, lost := make(chan turn), make(chan string)
	go receive(session, turns, lost)
	for _, name := range []string{"who", "paris", "myName"} {
		ask(name, r.Clips[name], session, turns)
	}
	report(map[string]bool{"cut": true})
	_, err = stdin.ReadBytes('\n')
	check(err)
	handle := <-lost
	session = connect(client, r.Model, handle)
	_, err = stdin.ReadBytes('\n')
	check(err)
	go receive(session, turns, lost)
	ask("whichName", r.Clips["whichName"], session, turns)
	check(session.Close())
}

func connect(client *genai.Client, model, handle string) *genai.Session {
	session, err := client.Live.Connect(context.Background(), model, &genai.LiveConnectConfig{
		ResponseModalities:       []genai.Modality{genai.ModalityAudio},
		InputAudioTranscription:  &genai.AudioTranscriptionConfig{},
		OutputAudioTranscription: &genai.AudioTranscriptionConfig{},
		SessionResumption:        &genai.SessionResumptionConfig{Handle: handle},
		Tools: []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{
			Name:        "get_time",
			Description: "Tells the time in a city.",
			Parameters: &genai.Schema{
				Type:       genai.TypeObject,
				Properties: map[string]*genai.Schema{"city": {Type: genai.TypeString}},
				Required:   []string{"city"},
			},
		}}}},
	})
	check(err)
	return session
}

// receive collects turns until the connection is lost; it then sends the newest resumption handle. A turn without
// sound, in which a function is called, is part of the next.
func receive(session *genai.Session, turns chan<- turn, lost chan<- string) {
	var handle string
	var now turn
	for {
		message, err := session.Receive()
		if err != nil {
			lost <- handle
			return
		}
		if update := message.SessionResumptionUpdate; update != nil && update.NewHandle != "" {
			handle = update.NewHandle
		}
		if message.ToolCall != nil {
			answer(session, message.ToolCall)
		}
		content := message.ServerContent
		if content == nil {
			continue
		}
		if content.InputTranscription != nil {
			now.InputTranscript += content.InputTranscription.Text
		}
		if content.OutputTranscription != nil {
			now.OutputTranscript += content.OutputTranscription.Text
		}
		if content.ModelTurn != nil {
			for _, part := range content.ModelTurn.Parts {
				if part.InlineData != nil {
					now.Audio = append(now.Audio, part.InlineData.Data...)
				}
			}
		}
		if content.TurnComplete && len(now.Audio) > 0 {
			turns <- now
			now = turn{}
		}
	}
}

func answer(session *genai.Session, call *genai.LiveServerToolCall) {
	var responses []*genai.FunctionResponse
	for _, function := range call.FunctionCalls {
		report(map[string]any{"call": map[string]any{"name": function.Name, "args": function.Args}})
		result := fmt.Sprintf("It is tea time in %v.", function.Args["city"])
		responses = append(responses, &genai.FunctionResponse{
			ID: function.ID, Name: function.Name, Response: map[string]any{"result": result},
		})
	}
	check(session.SendToolResponse(genai.LiveToolResponseInput{FunctionResponses: responses}))
}

// ask sends a recording in real time, then silence until the answer has ended.
func ask(name string, pcm []byte, session *genai.Session, turns <-chan turn) {
	clock := time.NewTicker(100 * time.Millisecond)
	defer clock.Stop()
	for {
		select {
		case now := <-turns:
			now.Turn = name
			report(now)
			return
		case <-clock.C:
			frame := make([]byte, frameBytes)
			pcm = pcm[copy(frame, pcm):]
			audio := &genai.Blob{Data: frame, MIMEType: "audio/pcm;rate=16000"}
			check(session.SendRealtimeInput(genai.LiveRealtimeInput{Audio: audio}))
		}
	}
}

func report(value any) {
	check(json.NewEncoder(os.Stdout).Encode(value))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
