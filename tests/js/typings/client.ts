// A strict client that uses every namespace with the typings; compiled, never run.
import { io, type Socket } from "socket.io-client";
import type { Auth, Chat, Dashboard, Main, Notifications, Presence, SocketError, Ticket, Tickets } from "../../../docs/insightdesk";

const auth: Auth = { token: "t", since: "evt_1", tickets: ["ticket_123"] };
const main: Socket<Main.ServerToClientEvents, Main.ClientToServerEvents> = io("http://localhost", { auth });
const tickets: Socket<Tickets.ServerToClientEvents, Tickets.ClientToServerEvents> = io("http://localhost/tickets", { auth });
const chat: Socket<Chat.ServerToClientEvents, Chat.ClientToServerEvents> = io("http://localhost/chat", { auth });
const notifications: Socket<Notifications.ServerToClientEvents, Notifications.ClientToServerEvents> = io("http://localhost/notifications", { auth });
const presence: Socket<Presence.ServerToClientEvents, Presence.ClientToServerEvents> = io("http://localhost/presence", { auth });
const dashboard: Socket<Dashboard.ServerToClientEvents, Dashboard.ClientToServerEvents> = io("http://localhost/dashboard", { auth });

const seen = new Set<string>();
const known = new Map<string, Ticket>();

main.emit("ping", { timestamp: Date.now() });
main.on("pong", ({ timestamp, serverTime }) => serverTime - timestamp);
main.on("user:updated", (user) => user.teamIds.join());
main.on("system:maintenance", ({ message, startsAt, cancelled }) => (cancelled ? "" : message + startsAt));
main.on("token:refresh", ({ expiresAt }) => main.emit("token:update", { token: expiresAt }));
main.on("error", (error: SocketError) => error.code === "FORBIDDEN" && error.details?.reason);

tickets.emit("ticket:subscribe", { ticketId: "ticket_123" });
tickets.emit("ticket:subscribe", { ticketId: "ticket_123", since: "evt_1" }, (answer) => {
    if (answer.ok) answer.cursor.length;
    else answer.error.message.length;
});
tickets.on("ticket:created", (ticket) => known.set(ticket.id, ticket));
tickets.on("ticket:updated", ({ eventId, seq, ticketId, version, changes }) => {
    const ticket = known.get(ticketId);
    if (!ticket || seen.has(eventId) || (version ?? 0) <= ticket.version) return seq;
    return known.set(ticketId, { ...ticket, ...changes });
});
tickets.on("ticket:assigned", ({ ticket, agent }) => ticket.subject + (agent?.name ?? "nobody"));
tickets.on("ticket:message", (message) => message.visibility === "internal" && message.author.name);
tickets.on("ticket:typing", ({ ticketId, user }) => ticketId + user.name);
tickets.on("ticket:stopTyping", ({ ticketId, userId }) => ticketId + userId);
tickets.on("ticket:status", ({ status, by }) => status === "on_hold" && by.role === "agent");
tickets.on("ticket:sla:warning", ({ minutesLeft, dueAt }) => minutesLeft.toFixed() + dueAt);
tickets.on("ticket:sla:breached", ({ ticket }) => ticket.sla?.targets[0]?.state === "breached");
tickets.on("ticket:unsubscribed", ({ reason }) => reason);
tickets.on("sync:ready", ({ cursor }) => cursor);
tickets.on("sync:required", ({ reason }) => reason);

export async function talk(): Promise<string> {
    const joined = await chat.timeout(1000).emitWithAck("chat:join", { conversationId: "conv_123" });
    if (!joined.ok) throw new Error(joined.error.code);
    const sent = await chat.emitWithAck("chat:message", { conversationId: joined.conversation.id, content: "Hello", type: "text" });
    return sent.ok ? sent.id : sent.error.message;
}
chat.on("chat:message", (message) => chat.emit("chat:read", { conversationId: message.conversationId, messageId: message.id }));
chat.on("chat:online", ({ users }) => users.map((user) => user.name));
chat.on("chat:ended", ({ reason }) => reason === "customer_timeout");
chat.on("chat:updated", (conversation) => conversation.readMarkers["user_1"]);

notifications.emit("notification:markAllRead", {}, (answer) => answer.ok && answer.unread);
notifications.on("notification", ({ title, data }) => title + data.ticketId);
notifications.on("notification:count", ({ unread, rev }) => unread + rev);

presence.emit("presence:status", { status: "busy" });
presence.emit("presence:subscribe", { userIds: ["agent_1"] });
presence.on("presence:list", (list) => list.map(({ userId, status }) => userId + status));
presence.on("presence:update", ({ lastSeen }) => lastSeen?.length);

dashboard.on("metrics:tickets", ({ byStatus, open }) => (byStatus["new"] ?? 0) + open);
dashboard.on("metrics:queue", ({ waiting, avgWaitTime }) => waiting * avgWaitTime);
dashboard.on("metrics:agents", ({ agents }) => agents.map(({ load }) => load ?? 0));
dashboard.on("metrics:sla", ({ compliance, targets }) => compliance ?? targets["resolution"]?.met);
