#include "sio/cluster/valkey/pipeline.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace sio::cluster {

namespace {

constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;

// The server did not run the command and will not soon: it loads its data, is a replica now, or has lost its primary.
bool is_not_ready(std::string_view error) {
    constexpr std::array<std::string_view, 4> kCodes{"LOADING ", "READONLY ", "MASTERDOWN ", "CLUSTERDOWN "};
    return std::any_of(kCodes.begin(), kCodes.end(), [&](std::string_view code) { return error.starts_with(code); });
}

}  // namespace

Pipeline::Pipeline(ValkeyContext& context, Directory& directory, ScriptBook& scripts, std::function<void(bool up)> changed,
                   Redirect redirect)
    : context_(context),
      scripts_(scripts),
      changed_(std::move(changed)),
      redirect_(std::move(redirect)),
      link_(context, directory, *this, "commands"),
      tick_([](void* self) { static_cast<Pipeline*>(self)->on_tick(); }, this) {}

Pipeline::~Pipeline() { context_.loop.clean(*this); }

void Pipeline::start() {
    arm_tick();
    link_.start();
}

void Pipeline::stop() {
    stopped_ = true;
    accepting_ = false;
    tick_.cancel();
    link_.stop();
    context_.loop.clean(*this);
    requeue(sent_);
    requeue(again_);
    for (Command& command : std::exchange(waiting_, {})) answer(command, fail(ErrorCode::Closed, "the client of Valkey has ended"));
}

void Pipeline::add(Command command) {
    if (stopped_) return answer(command, fail(ErrorCode::Closed, "the client of Valkey has ended"));
    command.called = context_.loop.now();
    move_in(std::move(command));
}

void Pipeline::add_asking(Command command) {
    Command asking;
    asking.words = {"ASKING"};
    asking.patient = true;
    move_in(std::move(asking));
    move_in(std::move(command));
}

void Pipeline::move_in(Command command) {
    if (stopped_) return answer(command, fail(ErrorCode::Closed, "the client of Valkey has ended"));
    if (accepting_) {
        write(std::move(command));
    } else {
        waiting_.push_back(std::move(command));
    }
}

// A script goes whole with its first use over a connection, by its digest after that: waiting for NOSCRIPT would let what was called later
// overtake it.
void Pipeline::write(Command command) {
    if (!command.script.empty()) {
        const bool known = !known_scripts_.insert(command.script.data()).second;
        command.words[0] = known ? "EVALSHA" : "EVAL";
        command.words[1] = known ? std::string_view(scripts_.digest(command.script)) : command.script;
    }
    append_command(out_, command.words);
    ++in_out_;
    command.sent = context_.loop.now();
    sent_.push_back(std::move(command));
    context_.loop.dirty(*this);
}

void Pipeline::flush() {
    if (out_.empty() || !link_.up()) return;
    link_.send(out_);
    out_.clear();
    if (out_.capacity() > kKeptBuffer) out_.shrink_to_fit();
    in_out_ = 0;
}

void Pipeline::on_up() {
    accepting_ = true;
    leaving_.clear();
    known_scripts_.clear();
    for (Command& command : std::exchange(waiting_, {})) write(std::move(command));
    arm_tick();
    changed_(true);
}

void Pipeline::on_value(Value value) {
    if (sent_.empty()) return link_.renew({ErrorCode::BadRequest, "an answer that nothing was asked for"});
    Command command = std::move(sent_.front());
    sent_.pop_front();
    if (value.is_error()) {
        refused(std::move(command), std::move(value));
    } else {
        answer(command, std::move(value));
    }
    if (!stopped_) leave_if_drained();
}

void Pipeline::refused(Command command, Value value) {
    if (!command.script.empty() && value.text.starts_with("NOSCRIPT ") && accepting_) {
        known_scripts_.erase(command.script.data());
        return write(std::move(command));
    }
    if (redirect_ && redirect_(command, value.text)) return;
    if (is_not_ready(value.text)) {
        leaving_ = value.text;
        again_.push_back(std::move(command));
        if (std::exchange(accepting_, false)) changed_(false);
        return;
    }
    answer(command, fail(ErrorCode::BadRequest, std::move(value.text)));
}

void Pipeline::leave_if_drained() {
    if (!leaving_.empty() && sent_.empty()) link_.renew({ErrorCode::InvalidState, std::exchange(leaving_, {})});
}

void Pipeline::on_down(const Error& error) {
    leaving_.clear();
    const bool was_accepting = std::exchange(accepting_, false);
    // What never left this process keeps its turn.
    std::deque<Command> unsent(std::make_move_iterator(sent_.end() - static_cast<std::ptrdiff_t>(in_out_)),
                               std::make_move_iterator(sent_.end()));
    sent_.erase(sent_.end() - static_cast<std::ptrdiff_t>(in_out_), sent_.end());
    in_out_ = 0;
    out_.clear();
    requeue(unsent);
    requeue(again_);
    std::deque<Command> lost = std::exchange(sent_, {});
    if (was_accepting) changed_(false);
    for (Command& command : lost) answer(command, fail(ErrorCode::Closed, "Valkey: " + error.detail));
    if (!stopped_) arm_tick();
}

/// Puts `commands` before those that wait.
void Pipeline::requeue(std::deque<Command>& commands) {
    waiting_.insert(waiting_.begin(), std::make_move_iterator(commands.begin()), std::make_move_iterator(commands.end()));
    commands.clear();
}

void Pipeline::answer(Command& command, Result<Value> result) {
    if (command.size > 0) {
        context_.waiting_bytes.fetch_sub(command.size, std::memory_order_relaxed);
        (result ? context_.commands : context_.failures).fetch_add(1, std::memory_order_relaxed);
    }
    if (command.answer) std::exchange(command.answer, nullptr)(std::move(result));
}

void Pipeline::on_tick() {
    expire_waiting();
    if (stopped_) return;
    if (link_.up()) {
        if (sent_.empty()) {
            if (accepting_) ping();
        } else if (context_.loop.now() - sent_.front().sent >= context_.options.answer_timeout) {
            link_.renew({ErrorCode::Timeout, "no answer in time"});
        }
    }
    if (!stopped_) arm_tick();
}

// A connection that nothing is sent over would never be found dead.
void Pipeline::ping() {
    Command command;
    command.words = {"PING"};
    write(std::move(command));
}

void Pipeline::expire_waiting() {
    const auto limit = context_.loop.now() - context_.options.answer_timeout;
    std::deque<Command> late;
    for (Command& command : waiting_) {
        if (!command.patient && command.called <= limit) late.push_back(std::move(command));
    }
    if (late.empty()) return;
    std::erase_if(waiting_, [&](const Command& command) { return !command.patient && command.called <= limit; });
    for (Command& command : late) answer(command, fail(ErrorCode::Timeout, "Valkey is away"));
}

// Always armed, at most answer_timeout ahead, so that no addition needs to arm it.
void Pipeline::arm_tick() {
    const auto timeout = context_.options.answer_timeout;
    const auto now = context_.loop.now();
    auto when = now + timeout;
    if (!sent_.empty()) when = std::min(when, sent_.front().sent + timeout);
    const auto impatient = std::find_if(waiting_.begin(), waiting_.end(), [](const Command& command) { return !command.patient; });
    if (impatient != waiting_.end()) when = std::min(when, impatient->called + timeout);
    context_.loop.arm(tick_, std::max(when, now + timeout / 32));
}

}  // namespace sio::cluster
