// The events of InsightDesk Realtime for socket.io-client, made by `insightdesk print-schema typescript`.
//
//     import { io, type Socket } from "socket.io-client";
//     import type { Tickets } from "./insightdesk";
//     const socket: Socket<Tickets.ServerToClientEvents, Tickets.ClientToServerEvents> = io(url + "/tickets", { auth: { token } });

/** What an acknowledgement says. */
export type Acknowledgement<Result = {}> = ({ ok: true } & Result) | { ok: false; error: SocketError };

/** `auth` of a connection. */
export interface Auth {
    token: string;
    /** A cursor, or the eventId of the last event seen: what came after it is sent first. */
    since?: string | null;
    /** Tickets to subscribe to before the replay, in /tickets. */
    tickets?: string[];
    /** Conversations to join before the replay, in /chat. */
    conversations?: string[];
}

/** A refusal: event `error`, `error` of an acknowledgement, `data` of connect_error. */
export interface SocketError {
    code: ErrorCode;
    /** For people. */
    message: string;
    details?: ErrorDetails;
}

/** What more is known of an error; members may be added. */
export interface ErrorDetails {
    /** The event that failed. */
    event?: string;
    /** The member of the payload that was wrong. */
    field?: string;
    /** A word for programs. */
    reason?: string;
    ticketId?: string;
    conversationId?: string;
    /** When the same may succeed. */
    retryAfterMs?: number;
    /** Which limit was met: its name, or its value. */
    limit?: unknown;
    requestId?: string;
}

/** What every logged event's payload also has. */
export interface Logged {
    /** The same on every path: socket, replay, polling. Drop what was seen before. */
    eventId: string;
    /** Grows strictly within an org. */
    seq: number;
}

/** A newer token of the same user. */
export interface TokenUpdate {
    token: string;
}

/** Until when the token is good. */
export interface TokenExpiry {
    expiresAt: string;
}

/** All that was missed has been sent; what follows is live. */
export interface SyncReady {
    cursor: string;
}

/** Too much was missed to send it; fetch the state anew. */
export interface SyncRequired {
    reason: string;
    /** To go on from, once the state was fetched. */
    cursor: string;
}

/** Keep-alive. */
export interface Ping {
    /** The client's clock, epoch milliseconds. */
    timestamp: number;
}

/** Answer to ping. */
export interface Pong {
    /** That of the ping. */
    timestamp: number;
    /** Epoch milliseconds. */
    serverTime: number;
}

/** A person's record. */
export interface User {
    id: string;
    name: string;
    avatarUrl?: string | null;
    role: Role;
    orgId: string;
    /** To the user themselves and staff only. */
    email?: string | null;
    /** To the user themselves and staff only. */
    company?: string | null;
    teamIds: string[];
    active: boolean;
    locale?: string | null;
    /** IANA name. */
    timezone?: string | null;
    status?: PresenceStatus | null;
    lastSeen?: string | null;
    version: number;
    updatedAt: string;
}

/** A maintenance notice; a change or a cancellation comes with the same id. */
export interface Maintenance {
    id: string;
    message: string;
    startsAt: string;
    endsAt?: string | null;
    cancelled: boolean;
}

/** Which ticket to follow. */
export interface TicketSubscribe {
    ticketId: string;
    /** A cursor or an eventId: what came after it is sent first. */
    since?: string | null;
}

/** The ticket's events come from now on. */
export interface TicketSubscribed {
    ticketId: string;
    cursor: string;
}

/** A ticket. */
export interface TicketRef {
    ticketId: string;
}

/** Where one writes. */
export interface TicketStartTyping {
    ticketId: string;
    /** Typed into an internal note: shown to staff only. */
    internal?: boolean | null;
}

/** A ticket without its messages. */
export interface Ticket {
    id: string;
    /** Counts up within the org. */
    number: number;
    orgId: string;
    subject: string;
    status: TicketStatus;
    priority: Priority;
    channel: Channel;
    requester: UserRef;
    assignee: UserRef | null;
    teamId: string | null;
    participantIds: string[];
    tags: string[];
    customFields: Record<string, unknown>;
    /** Customers' counts leave internal notes out. */
    messageCount: number;
    lastMessageAt: string | null;
    /** Since when the customer waits; null after an agent's reply. */
    waitingSince: string | null;
    firstRespondedAt: string | null;
    resolvedAt: string | null;
    closedAt: string | null;
    /** To staff only, and only while something is promised; null among changes when nothing is any more. */
    sla?: TicketSla | null;
    createdAt: string;
    updatedAt: string;
    /** Grows with each change: apply only what is greater. */
    version: number;
}

/** A person as others see them. */
export interface UserRef {
    id: string;
    name: string;
    avatarUrl?: string | null;
    role: Role;
}

/** What was promised for a ticket, and by when. */
export interface TicketSla {
    policyId: string;
    targets: SlaTarget[];
}

/** One promise of a policy to this ticket. */
export interface SlaTarget {
    target: SlaTargetName;
    /** null when paused. */
    dueAt: string | null;
    state: SlaState;
    warned?: boolean;
    /** When paused. */
    remainingSec?: number | null;
}

/** What one change did to a ticket. */
export interface TicketUpdate {
    ticketId: string;
    /** Absent when access was lost by a change of role or teams. */
    version?: number;
    /** New values, to be merged into the ticket. */
    changes: Partial<Ticket>;
    /** The values before, to staff only. */
    previous?: Partial<Ticket>;
    /** Absent when access was lost. */
    by?: UserRef;
    updatedAt?: string;
    /** True when the reader may not see the ticket any more; `changes` is empty then. */
    accessLost?: boolean;
}

/** Who works on a ticket now. */
export interface TicketAssigned {
    ticket: Ticket;
    /** null: nobody any more. */
    agent: UserRef | null;
    previousAgent?: UserRef | null;
    by: UserRef;
}

/** A message of a ticket. */
export interface Message {
    id: string;
    ticketId: string;
    /** 1 and up within the ticket. */
    number: number;
    author: UserRef;
    content: string;
    type: MessageType;
    visibility: Visibility;
    attachments: Attachment[];
    inReplyTo?: string | null;
    clientMessageId?: string | null;
    createdAt: string;
    editedAt?: string | null;
}

/** A file that belongs to a message; its bytes live elsewhere. */
export interface Attachment {
    id: string;
    name: string;
    mime: string;
    /** Bytes. */
    size: number;
    /** https:, http:, or a path. */
    url: string;
}

/** Someone writes. */
export interface TicketTyping {
    ticketId: string;
    user: UserRef;
}

/** They write no more. */
export interface TicketStopTyping {
    ticketId: string;
    userId: string;
}

/** A ticket's new status. */
export interface TicketStatusChange {
    ticketId: string;
    status: TicketStatus;
    previousStatus: TicketStatus;
    by: UserRef;
    version?: number;
}

/** A promise is close to its time. */
export interface SlaWarning {
    ticket: Ticket;
    minutesLeft: number;
    target: SlaTargetName;
    dueAt: string;
}

/** A promise was not kept. */
export interface SlaBreached {
    ticket: Ticket;
    target: SlaTargetName;
    dueAt: string;
    /** The server was away when it was due. */
    late?: boolean;
}

/** The ticket's events end here. */
export interface TicketUnsubscribed {
    ticketId: string;
    /** ACCESS_LOST. */
    reason: string;
}

/** Which conversation to enter. */
export interface ChatJoin {
    conversationId: string;
    /** A cursor or an eventId: what came after it is sent first. */
    since?: string | null;
    /** An admin looks on without taking part. */
    observe?: boolean | null;
}

/** The conversation as it stands. */
export interface ChatJoined {
    conversation: Conversation;
    cursor: string;
}

/** A live chat without its messages. */
export interface Conversation {
    id: string;
    orgId: string;
    status: ConversationStatus;
    customer: UserRef;
    agents: UserRef[];
    teamId: string | null;
    ticketId: string | null;
    waitingSince: string | null;
    startedAt: string | null;
    endedAt: string | null;
    endReason: EndReason | null;
    lastMessage: ChatMessage | null;
    /** For each user the last message they have read. */
    readMarkers: Record<string, string>;
    createdAt: string;
    /** Grows with each change: apply only what is greater. */
    version: number;
    /** True in the last `chat:updated` for an agent who may not see it any more; only status and version are new. */
    accessLost?: boolean;
}

/** A message of a conversation. */
export interface ChatMessage {
    id: string;
    conversationId: string;
    /** 1 and up within the conversation. */
    number: number;
    senderId: string;
    sender: UserRef;
    content: string;
    type: MessageType;
    attachments: Attachment[];
    clientMessageId?: string | null;
    createdAt: string;
}

/** A conversation. */
export interface ConversationRef {
    conversationId: string;
}

/** A message to send. */
export interface SendChatMessage {
    conversationId: string;
    content: string;
    /** `text` when absent. */
    type?: MessageType | null;
    attachments?: NewAttachment[] | null;
    /** A resend with the same one is answered with the first message and not sent again. */
    clientMessageId?: string | null;
}

/** A file that belongs to a message; its bytes live elsewhere. */
export interface NewAttachment {
    id: string;
    name: string;
    mime: string;
    /** Bytes. */
    size?: number | null;
    /** https:, http:, or a path. */
    url: string;
}

/** Up to where one has read. */
export interface MarkChatRead {
    conversationId: string;
    messageId: string;
}

/** A conversation of `auth.conversations`, entered at CONNECT. */
export interface ChatEntered {
    conversationId: string;
    conversation: Conversation;
    cursor: string;
}

/** Someone writes. */
export interface ChatTyping {
    conversationId: string;
    user: UserRef;
}

/** They write no more. */
export interface ChatStopTyping {
    conversationId: string;
    userId: string;
}

/** A user has read up to this message. */
export interface ChatRead {
    conversationId: string;
    userId: string;
    messageId: string;
}

/** Who is in the conversation. */
export interface ChatOnline {
    conversationId: string;
    /** Each once, however many tabs they have. */
    users: ChatUser[];
    /** How many there are when they are over 100. */
    count?: number;
}

/** Somebody who is in the conversation now. */
export interface ChatUser {
    id: string;
    name: string;
    avatarUrl?: string | null;
    role: Role;
    status?: PresenceStatus;
}

/** The conversation is over. */
export interface ChatEnded {
    conversationId: string;
    reason: EndReason;
    endedAt?: string | null;
    by?: UserRef;
}

/** A notification. */
export interface NotificationRef {
    id: string;
}

/** How many are not read. */
export interface UnreadCount {
    unread: number;
    /** Grows with every change: keep the greatest only. */
    rev: number;
}

/** No members. */
export interface Empty {
}

/** A notice to one person. */
export interface Notification {
    id: string;
    userId: string;
    type: NotificationType;
    title: string;
    message: string;
    data: NotificationData;
    link?: string | null;
    /** Who caused it. */
    actor?: UserRef | null;
    priority: Priority;
    read: boolean;
    readAt?: string | null;
    createdAt: string;
}

/** What a notification is about; members may be added. */
export interface NotificationData {
    ticketId?: string;
    conversationId?: string;
    messageId?: string;
}

/** It was read, here or on another device. */
export interface NotificationRead {
    id: string;
}

/** The caller's status. */
export interface SetPresence {
    status: PresenceStatus;
    /** Set by the client itself after a while without input; never beats what the user chose. */
    auto?: boolean | null;
}

/** Whether somebody is there. */
export interface UserPresence {
    userId: string;
    status: PresenceStatus;
    lastSeen?: string | null;
}

/** Some users. */
export interface UserIds {
    userIds: string[];
}

/** Ticket counts. */
export interface TicketMetrics {
    orgId: string;
    asOf: string;
    /** Drop what is not greater than the last. */
    rev: number;
    byStatus: Record<string, number>;
    byPriority: Record<string, number>;
    /** new, open, pending and on_hold. */
    open: number;
    unassigned: number;
    createdToday: number;
    resolvedToday: number;
    reopenedToday: number;
    /** Open for more than 24 hours. */
    backlog: number;
    oldestOpenAt?: string | null;
}

/** Queue status. */
export interface QueueMetrics {
    orgId: string;
    asOf: string;
    /** Drop what is not greater than the last. */
    rev: number;
    /** Conversations without an agent. */
    waiting: number;
    /** Seconds, of those who wait now. */
    avgWaitTime: number;
    /** Seconds. */
    longestWait: number;
    handled1h: number;
    /** Seconds; null when none was accepted. */
    avgWaitTime1h: number | null;
    abandoned1h: number;
    byTeam?: TeamQueue[];
}

/** One team's queue. */
export interface TeamQueue {
    teamId: string | null;
    waiting: number;
    /** Seconds. */
    avgWaitTime: number;
    /** Seconds. */
    longestWait: number;
}

/** Agent workload. */
export interface AgentMetrics {
    orgId: string;
    asOf: string;
    /** Drop what is not greater than the last. */
    rev: number;
    online: number;
    busy: number;
    away: number;
    offline: number;
    agents: AgentLoad[];
}

/** One agent's work. */
export interface AgentLoad {
    userId: string;
    name: string;
    status: PresenceStatus;
    activeChats: number;
    openTickets: number;
    capacity: number;
    load: number | null;
    lastSeen?: string | null;
}

/** SLA status. */
export interface SlaMetrics {
    orgId: string;
    asOf: string;
    /** Drop what is not greater than the last. */
    rev: number;
    windowHours: number;
    /** By target: first_response, next_response, resolution. */
    targets: Record<string, SlaCounts>;
    /** Per cent; null with nothing finished. */
    compliance: number | null;
    nextDue: NextDue[];
}

/** How one target is kept. */
export interface SlaCounts {
    met: number;
    breached: number;
    running: number;
    paused: number;
    atRisk: number;
    /** Per cent; null with nothing finished. */
    compliance: number | null;
}

/** A promise that falls due soon. */
export interface NextDue {
    ticketId: string;
    target: SlaTargetName;
    dueAt: string;
}

export type Role =
    | "admin"
    | "agent"
    | "customer"
    | "bot"
    | "system";

export type PresenceStatus =
    | "online"
    | "busy"
    | "away"
    | "offline";

export type TicketStatus =
    | "new"
    | "open"
    | "pending"
    | "on_hold"
    | "resolved"
    | "closed";

export type Priority =
    | "low"
    | "normal"
    | "high"
    | "urgent";

export type Channel =
    | "email"
    | "chat"
    | "web"
    | "api"
    | "phone";

export type SlaTargetName =
    | "first_response"
    | "next_response"
    | "resolution";

export type SlaState =
    | "running"
    | "paused"
    | "met"
    | "breached";

export type MessageType =
    | "text"
    | "html"
    | "markdown"
    | "image"
    | "file"
    | "system";

export type Visibility =
    | "public"
    | "internal";

export type ConversationStatus =
    | "waiting"
    | "active"
    | "ended";

export type EndReason =
    | "agent_ended"
    | "customer_ended"
    | "customer_timeout"
    | "inactivity"
    | "transferred"
    | "merged"
    | "system";

export type NotificationType =
    | "ticket_assigned"
    | "ticket_message"
    | "mention"
    | "ticket_status"
    | "sla_warning"
    | "sla_breached"
    | "chat_waiting"
    | "system";

export type ErrorCode =
    | "AUTH_TOKEN_EXPIRED"
    | "AUTH_TOKEN_INVALID"
    | "FORBIDDEN"
    | "RATE_LIMITED"
    | "ROOM_NOT_FOUND"
    | "PAYLOAD_TOO_LARGE"
    | "INVALID_PAYLOAD"
    | "CONVERSATION_ENDED"
    | "CURSOR_EXPIRED"
    | "CONFLICT"
    | "UNAVAILABLE"
    | "INTERNAL";

/** In every namespace. */
export interface CommonServerToClientEvents {
    /** An event without acknowledgement failed, or the connection ends */
    "error": (payload: SocketError) => void;
    /** The token runs out soon: send token:update */
    "token:refresh": (payload: TokenExpiry) => void;
    /** The newer token is in force */
    "token:updated": (payload: TokenExpiry) => void;
}

export interface SyncEvents {
    /** What was missed has been sent; live from here */
    "sync:ready": (payload: SyncReady) => void;
    /** Too much was missed: fetch the state anew */
    "sync:required": (payload: SyncRequired) => void;
}

export interface CommonClientToServerEvents {
    /** A newer token, for the whole connection */
    "token:update": (payload: TokenUpdate, ack?: (answer: Acknowledgement<TokenExpiry>) => void) => void;
}

/** `/`: Default namespace. */
export namespace Main {
    export interface ServerToClientEvents extends CommonServerToClientEvents {
        /** Ping response */
        "pong": (payload: Pong) => void;
        /** Current user updated */
        "user:updated": (payload: User & Logged) => void;
        /** Maintenance notice */
        "system:maintenance": (payload: Maintenance) => void;
    }
    export interface ClientToServerEvents extends CommonClientToServerEvents {
        /** Keep-alive ping */
        "ping": (payload: Ping, ack?: (answer: Acknowledgement) => void) => void;
    }
}

/** `/tickets`: Ticket updates. */
export namespace Tickets {
    export interface ServerToClientEvents extends CommonServerToClientEvents, SyncEvents {
        /** New ticket */
        "ticket:created": (payload: Ticket & Logged) => void;
        /** Ticket changed */
        "ticket:updated": (payload: TicketUpdate & Logged) => void;
        /** Agent assigned */
        "ticket:assigned": (payload: TicketAssigned & Logged) => void;
        /** New message, to subscribers */
        "ticket:message": (payload: Message & Logged) => void;
        /** Someone typing; repeated while they do */
        "ticket:typing": (payload: TicketTyping) => void;
        /** Stopped typing */
        "ticket:stopTyping": (payload: TicketStopTyping) => void;
        /** Status changed */
        "ticket:status": (payload: TicketStatusChange & Logged) => void;
        /** SLA warning, to staff */
        "ticket:sla:warning": (payload: SlaWarning & Logged) => void;
        /** SLA breached, to staff */
        "ticket:sla:breached": (payload: SlaBreached & Logged) => void;
        /** The subscription is in force */
        "ticket:subscribed": (payload: TicketSubscribed) => void;
        /** The server ended the subscription */
        "ticket:unsubscribed": (payload: TicketUnsubscribed) => void;
    }
    export interface ClientToServerEvents extends CommonClientToServerEvents {
        /** Subscribe to ticket */
        "ticket:subscribe": (payload: TicketSubscribe, ack?: (answer: Acknowledgement<TicketSubscribed>) => void) => void;
        /** Unsubscribe */
        "ticket:unsubscribe": (payload: TicketRef, ack?: (answer: Acknowledgement) => void) => void;
        /** Started typing; over the limit it is dropped silently */
        "ticket:typing": (payload: TicketStartTyping, ack?: (answer: Acknowledgement) => void) => void;
        /** Stopped typing */
        "ticket:stopTyping": (payload: TicketRef, ack?: (answer: Acknowledgement) => void) => void;
    }
}

/** `/chat`: Live chat. */
export namespace Chat {
    export interface ServerToClientEvents extends CommonServerToClientEvents, SyncEvents {
        /** Entered at CONNECT, by auth.conversations */
        "chat:joined": (payload: ChatEntered) => void;
        /** New message */
        "chat:message": (payload: ChatMessage & Logged) => void;
        /** User typing; repeated while they do */
        "chat:typing": (payload: ChatTyping) => void;
        /** User stopped typing */
        "chat:stopTyping": (payload: ChatStopTyping) => void;
        /** Read receipt */
        "chat:read": (payload: ChatRead & Logged) => void;
        /** Online users */
        "chat:online": (payload: ChatOnline) => void;
        /** Chat ended */
        "chat:ended": (payload: ChatEnded & Logged) => void;
        /** Conversation opened or changed, to staff */
        "chat:updated": (payload: Conversation & Logged) => void;
    }
    export interface ClientToServerEvents extends CommonClientToServerEvents {
        /** Join conversation */
        "chat:join": (payload: ChatJoin, ack?: (answer: Acknowledgement<ChatJoined>) => void) => void;
        /** Leave conversation */
        "chat:leave": (payload: ConversationRef, ack?: (answer: Acknowledgement) => void) => void;
        /** Send message */
        "chat:message": (payload: SendChatMessage, ack?: (answer: Acknowledgement<ChatMessage>) => void) => void;
        /** Typing indicator; over the limit it is dropped silently */
        "chat:typing": (payload: ConversationRef, ack?: (answer: Acknowledgement) => void) => void;
        /** Mark as read */
        "chat:read": (payload: MarkChatRead, ack?: (answer: Acknowledgement) => void) => void;
    }
}

/** `/notifications`: Push notifications. */
export namespace Notifications {
    export interface ServerToClientEvents extends CommonServerToClientEvents, SyncEvents {
        /** New notification */
        "notification": (payload: Notification & Logged) => void;
        /** Marked as read */
        "notification:read": (payload: NotificationRead & Logged) => void;
        /** Unread count */
        "notification:count": (payload: UnreadCount) => void;
    }
    export interface ClientToServerEvents extends CommonClientToServerEvents {
        /** Mark as read */
        "notification:markRead": (payload: NotificationRef, ack?: (answer: Acknowledgement<UnreadCount>) => void) => void;
        /** Mark all read */
        "notification:markAllRead": (payload: Empty, ack?: (answer: Acknowledgement<UnreadCount>) => void) => void;
    }
}

/** `/presence`: Agent status. */
export namespace Presence {
    export interface ServerToClientEvents extends CommonServerToClientEvents {
        /** Status changed */
        "presence:update": (payload: UserPresence) => void;
        /** Initial list */
        "presence:list": (payload: UserPresence[]) => void;
    }
    export interface ClientToServerEvents extends CommonClientToServerEvents {
        /** Set status */
        "presence:status": (payload: SetPresence, ack?: (answer: Acknowledgement<UserPresence>) => void) => void;
        /** Watch users */
        "presence:subscribe": (payload: UserIds, ack?: (answer: Acknowledgement) => void) => void;
        /** Stop watching */
        "presence:unsubscribe": (payload: UserIds, ack?: (answer: Acknowledgement) => void) => void;
    }
}

/** `/dashboard`: Live metrics, for admins. */
export namespace Dashboard {
    export interface ServerToClientEvents extends CommonServerToClientEvents {
        /** Ticket counts */
        "metrics:tickets": (payload: TicketMetrics) => void;
        /** Queue status */
        "metrics:queue": (payload: QueueMetrics) => void;
        /** Agent workload */
        "metrics:agents": (payload: AgentMetrics) => void;
        /** SLA status */
        "metrics:sla": (payload: SlaMetrics) => void;
    }
    export interface ClientToServerEvents extends CommonClientToServerEvents {
    }
}
