/* The floor of a stored chat message: the statements our server runs for one, from plain C, in transactions of BATCH messages.
 *     chat_floor DATABASE [MESSAGES] [BATCH] [CONTENT_BYTES] [savepoints]
 * DATABASE is one that bench/prepare.py made: our schema, `bench-org`, conv-0 to conv-99. It is changed. Prints one JSON line; cpu_us is
 * user and system time of the process for each message, fsync included. With `savepoints` each message has one, as in our server, where it
 * keeps the failure of one command from its neighbours. The pragmas and statements are those of desk/store; bench/chat_compare checks that.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ORG "bench-org"
enum { kConversations = 100 };

static sqlite3* db;

static void die(const char* what) {
    fprintf(stderr, "chat_floor: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
    exit(1);
}

static sqlite3_stmt* prepared(const char* sql) {
    sqlite3_stmt* statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) die(sql);
    return statement;
}

static void text(sqlite3_stmt* s, int at, const char* value, int bytes) { sqlite3_bind_text(s, at, value, bytes, SQLITE_STATIC); }

static void done(sqlite3_stmt* s) {
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW) code = sqlite3_step(s);
    if (code != SQLITE_DONE) die(sqlite3_sql(s));
    sqlite3_reset(s);
}

static double cpu_us(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int argc, char** argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: chat_floor DATABASE [MESSAGES] [BATCH] [CONTENT_BYTES] [savepoints]\n");
        return 2;
    }
    const long messages = argc > 2 ? atol(argv[2]) : 50000;
    const long batch = argc > 3 ? atol(argv[3]) : 100;
    const int size = argc > 4 ? atoi(argv[4]) : 64;
    const int savepoints = argc > 5 && strcmp(argv[5], "savepoints") == 0;
    char content[4096];
    if (size < 1 || size >= (int)sizeof content || batch < 1) die("out of range");
    memset(content, 'x', (size_t)size);

    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) die("open");
    if (sqlite3_exec(db,
                     "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                     "PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF; PRAGMA wal_autocheckpoint=8000;",
                     NULL, NULL, NULL) != SQLITE_OK)
        die("pragmas");
    sqlite3_stmt* begin = prepared("BEGIN IMMEDIATE");
    sqlite3_stmt* commit = prepared("COMMIT");
    sqlite3_stmt* savepoint = prepared("SAVEPOINT command");
    sqlite3_stmt* release = prepared("RELEASE command");
    sqlite3_stmt* lock = prepared("SELECT epoch, seq, ticket_number, last_at FROM org_counters WHERE org = ?1");
    sqlite3_stmt* advance = prepared("UPDATE org_counters SET seq = ?2, ticket_number = ?3, last_at = ?4 WHERE org = ?1");
    sqlite3_stmt* number = prepared(
        "UPDATE conversations SET last_number = last_number + 1, active_at = ?3 WHERE org = ?1 AND id = ?2 AND status <> 'ended' "
        "RETURNING last_number");
    sqlite3_stmt* message = prepared(
        "INSERT INTO chat_messages (org, conversation_id, number, id, sender_id, content, type, attachments, client_message_id, "
        "created_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    sqlite3_stmt* row = prepared(
        "INSERT INTO event_log (org, seq, event_id, name, subject_kind, subject, author, meta, payload, customers, customer_payload, "
        "occurred_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

    const double before = cpu_us();
    const int64_t started = now_us();
    long sent = 0;
    while (sent < messages) {
        done(begin);
        text(lock, 1, ORG, -1);
        if (sqlite3_step(lock) != SQLITE_ROW) die("no such org");
        int64_t seq = sqlite3_column_int64(lock, 1);
        const int64_t tickets = sqlite3_column_int64(lock, 2);
        sqlite3_reset(lock);
        const int64_t now = now_us();
        for (long i = 0; i < batch && sent < messages; ++i, ++sent) {
            char conversation[32], id[40], event[40], sender[32], payload[4096 + 512];
            const int conversation_bytes = snprintf(conversation, sizeof conversation, "conv-%ld", sent % kConversations);
            const int id_bytes = snprintf(id, sizeof id, "msg_%010llX%016llX", (unsigned long long)(now / 1000),
                                          (unsigned long long)seq + 1);
            const int event_bytes = snprintf(event, sizeof event, "evt_%010llX%016llX", (unsigned long long)(now / 1000),
                                             (unsigned long long)seq + 1);
            const int sender_bytes = snprintf(sender, sizeof sender, "user-%ld", sent % kConversations * 5);
            if (savepoints) done(savepoint);
            text(number, 1, ORG, -1);
            text(number, 2, conversation, conversation_bytes);
            sqlite3_bind_int64(number, 3, now);
            if (sqlite3_step(number) != SQLITE_ROW) die("no such conversation");
            const int64_t taken = sqlite3_column_int64(number, 0);
            if (sqlite3_step(number) != SQLITE_DONE) die("last_number");
            sqlite3_reset(number);

            text(message, 1, ORG, -1);
            text(message, 2, conversation, conversation_bytes);
            sqlite3_bind_int64(message, 3, taken);
            text(message, 4, id, id_bytes);
            text(message, 5, sender, sender_bytes);
            text(message, 6, content, size);
            text(message, 7, "text", 4);
            text(message, 8, "[]", 2);
            sqlite3_bind_null(message, 9);
            sqlite3_bind_int64(message, 10, now);
            done(message);

            const int payload_bytes = snprintf(
                payload, sizeof payload,
                "{\"eventId\":\"%s\",\"seq\":%lld,\"id\":\"%s\",\"conversationId\":\"%s\",\"number\":%lld,\"senderId\":\"%s\",\"sender\":{"
                "\"id\":"
                "\"%s\",\"name\":\"User\",\"avatarUrl\":null,\"role\":\"agent\"},\"content\":\"%.*s\",\"type\":\"text\",\"attachments\":[],"
                "\"clientMessageId\":null,\"createdAt\":\"2026-11-23T21:54:18.142Z\"}",
                event, (long long)seq + 1, id, conversation, (long long)taken, sender, sender, size, content);
            text(row, 1, ORG, -1);
            sqlite3_bind_int64(row, 2, ++seq);
            text(row, 3, event, event_bytes);
            text(row, 4, "chat:message", -1);
            sqlite3_bind_int(row, 5, 1);
            text(row, 6, conversation, conversation_bytes);
            text(row, 7, sender, sender_bytes);
            text(row, 8, "", 0);
            text(row, 9, payload, payload_bytes);
            sqlite3_bind_int(row, 10, 1);
            text(row, 11, "", 0);
            sqlite3_bind_int64(row, 12, now);
            done(row);
            if (savepoints) done(release);
        }
        text(advance, 1, ORG, -1);
        sqlite3_bind_int64(advance, 2, seq);
        sqlite3_bind_int64(advance, 3, tickets);
        sqlite3_bind_int64(advance, 4, now);
        done(advance);
        done(commit);
    }
    const double spent = cpu_us() - before;
    const double seconds = (double)(now_us() - started) / 1e6;
    printf("{\"messages\":%ld,\"batch\":%ld,\"savepoints\":%s,\"cpu_us\":%.2f,\"per_second\":%.0f}\n", messages, batch,
           savepoints ? "true" : "false", spent / (double)messages, (double)messages / seconds);
    return 0;
}
