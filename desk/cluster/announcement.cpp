#include "desk/cluster/announcement.hpp"

#include <algorithm>
#include <utility>

#include "desk/cluster/message.hpp"
#include "desk/model/ids.hpp"
#include "desk/store/people_log.hpp"

namespace desk::cluster {

namespace {

// 1: version, org, last, committed_us, people; then for each row seq, event_id, name, subject_kind, subject, author, meta, payload,
// customers, customer_payload, occurred_at_us.
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kHead = 5;
constexpr std::size_t kRow = 11;
/// More than any row's integers take, and the heads of its texts.
constexpr std::size_t kRowOverhead = 80;

std::size_t size_of(const EventRow& row, const std::string& meta) {
    return row.event_id.size() + row.name.size() + row.subject.size() + row.author.size() + meta.size() + row.payload.size() +
           row.customer_payload.size() + kRowOverhead;
}

void write(Message& out, const EventRow& row, const std::string& meta) {
    out.integer(row.seq).text(row.event_id).text(row.name).integer(static_cast<int>(row.subject_kind)).text(row.subject);
    out.text(row.author).text(meta).text(row.payload).integer(static_cast<int>(row.customers)).text(row.customer_payload);
    out.integer(row.occurred_at_us);
}

Announcement head_of(ReceivedMessage& message) {
    Announcement head;
    head.org = message.text();
    head.last = message.integer();
    head.committed_us = message.integer();
    head.people = message.flag();
    return head;
}

bool is_whole(const ReceivedMessage& message, const Announcement& head) { return message.good() && is_valid_id(head.org) && head.last > 0; }

bool looks_like_object(std::string_view json) { return json.size() >= 2 && json.front() == '{' && json.back() == '}'; }

/// nullopt: not a row.
std::optional<EventRow> read_row(ReceivedMessage& message, const std::string& org) {
    EventRow row;
    row.org = org;
    row.seq = message.integer();
    row.event_id = message.text();
    row.name = message.text();
    const std::int64_t kind = message.integer();
    row.subject = message.text();
    row.author = message.text();
    const std::string_view meta = message.text();
    row.payload = message.text();
    const std::int64_t customers = message.integer();
    row.customer_payload = message.text();
    row.occurred_at_us = message.integer();
    if (!message.good() || row.seq <= 0 || row.name.empty() || !looks_like_object(row.payload)) return std::nullopt;
    if (!std::in_range<std::uint8_t>(kind) || kind > static_cast<int>(SubjectKind::User)) return std::nullopt;
    if (!std::in_range<std::uint8_t>(customers) || customers > static_cast<int>(Customers::Own)) return std::nullopt;
    row.subject_kind = static_cast<SubjectKind>(kind);
    row.customers = static_cast<Customers>(customers);
    if (!meta_from_json(meta, row)) return std::nullopt;
    return row;
}

}  // namespace

std::string announce(const std::vector<EventRow>& rows, std::int64_t committed_us, const AnnouncementLimits& limits) {
    Message out(kVersion);
    out.text(rows.front().org).integer(rows.back().seq).integer(committed_us);
    out.flag(std::ranges::any_of(rows, store::PeopleLog::has, &EventRow::name));
    std::size_t bytes = 0;
    for (const EventRow& row : rows) {
        const std::string meta = meta_to_json(row);
        const std::size_t size = size_of(row, meta);
        if (size > limits.row_bytes || bytes + size > limits.all_bytes) continue;
        bytes += size;
        write(out, row, meta);
    }
    return out.bytes();
}

std::optional<Announcement> read_head(std::string_view bytes) {
    auto message = ReceivedMessage::read(bytes, kVersion, kHead);
    if (!message) return std::nullopt;
    Announcement head = head_of(*message);
    return is_whole(*message, head) ? std::optional(std::move(head)) : std::nullopt;
}

std::optional<Announcement> read_announcement(std::string_view bytes) {
    auto message = ReceivedMessage::read(bytes, kVersion);
    if (!message) return std::nullopt;
    Announcement read = head_of(*message);
    if (!is_whole(*message, read) || message->left() % kRow != 0) return std::nullopt;
    read.rows.reserve(message->left() / kRow);
    for (std::int64_t before = 0; message->left() > 0;) {
        auto row = read_row(*message, read.org);
        if (!row || row->seq <= before || row->seq > read.last) return std::nullopt;
        before = row->seq;
        read.rows.push_back(std::move(*row));
    }
    return read;
}

}  // namespace desk::cluster
