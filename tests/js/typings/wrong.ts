// What the typings must refuse: each marked line is an error, no other is.
import type { Socket } from "socket.io-client";
import type { Chat, Tickets } from "../../../docs/insightdesk";

declare const tickets: Socket<Tickets.ServerToClientEvents, Tickets.ClientToServerEvents>;
declare const chat: Socket<Chat.ServerToClientEvents, Chat.ClientToServerEvents>;

tickets.emit("ticket:subscribe", { ticketId: 7 }); // wrong
tickets.emit("ticket:subscribe", {}); // wrong
tickets.emit("chat:join", { conversationId: "conv_123" }); // wrong
tickets.on("ticket:status", ({ status }) => status === "solved"); // wrong
chat.emit("chat:message", { conversationId: "c", content: "x", type: "song" }); // wrong
chat.on("chat:ended", ({ why }) => why); // wrong
tickets.emit("ticket:typing", { ticketId: "ticket_123" });
