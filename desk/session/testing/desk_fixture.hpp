#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/auth/token_signer.hpp"
#include "desk/auth/token_verifier.hpp"
#include "desk/cluster/bus.hpp"
#include "desk/session/admission.hpp"
#include "desk/session/door.hpp"
#include "desk/session/identities.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace desk::testing {

inline constexpr std::string_view kSecret = "desk-tests-desk-tests-desk-tests";

inline auth::Key key() { return auth::Key::from_secret(kSecret).value(); }

/// Valid for an hour.
inline auth::Claims person(std::string user, Role role, std::vector<std::string> teams = {}, std::string org = "acme") {
    auth::Claims claims;
    claims.name = "Name of " + user;
    claims.sub = std::move(user);
    claims.org = std::move(org);
    claims.teams = std::move(teams);
    claims.role = role;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    claims.exp = std::chrono::duration_cast<std::chrono::seconds>(now).count() + 3600;
    return claims;
}

inline std::string token(const auth::Claims& claims) { return auth::TokenSigner(key()).sign(claims).value(); }
inline std::string auth_of(const auth::Claims& claims) { return R"({"token":")" + token(claims) + R"("})"; }

/// A Socket.IO server behind an Admission. Change limits_ before start().
class DeskTest : public sio::testing::ServerTest {
protected:
    using Client = sio::testing::Client;

    /// A namespace with a guard, where `enter` joins the rooms it names.
    sio::Namespace& guarded(std::string_view name, Admission::Who who = Admission::Who::Everybody) {
        sio::Namespace& nsp = io().of(name);
        admission_.guard(nsp, who);
        nsp.on("enter", [](sio::Socket& socket, const sio::Event& event) {
            for (std::size_t i = 0; i < event.size(); ++i) socket.join(event[i].string().value_or(""));
            event.ack();
        });
        nsp.on_connection([this](sio::Socket& socket) {
            const std::scoped_lock lock(handles_mutex_);
            handles_[socket.connection().data<Visitor>()->actor().user] = socket.handle();
        });
        return nsp;
    }

    std::unique_ptr<Client> join_as(std::string_view nsp, const auth::Claims& who, std::string_view room = {}) {
        auto client = connect();
        EXPECT_EQ(client->join(nsp, auth_of(who)).size(), 20U);
        if (!room.empty()) enter(*client, nsp, room);
        return client;
    }
    static void enter(Client& client, std::string_view nsp, std::string_view room) {
        const std::string name = nsp == "/" ? std::string() : std::string(nsp) + ",";
        client.send("42" + name + R"(7["enter",")" + std::string(room) + "\"]");
        EXPECT_EQ(client.receive(), "43" + name + "7[]");
    }
    /// Of the socket that joined last as that user.
    sio::SocketHandle handle_of(const std::string& user) {
        const std::scoped_lock lock(handles_mutex_);
        return handles_.at(user);
    }
    /// The answer of `ask`, T(sio::Socket&), on the loop of the socket that joined last as that user.
    template <class Ask>
    auto at_socket(const std::string& user, Ask ask) {
        using T = std::invoke_result_t<Ask&, sio::Socket&>;
        std::promise<T> answer;
        io().post(handle_of(user), [&](sio::Socket& socket) {
            if constexpr (std::is_void_v<T>) {
                ask(socket);
                answer.set_value();
            } else {
                answer.set_value(ask(socket));
            }
        });
        return answer.get_future().get();
    }
    /// Lets a loop's clock run ahead; what is posted to it after this sees the new time.
    void skip(std::chrono::milliseconds time, unsigned loop = 0) {
        auto& at = io().loops().at(loop);
        const auto ask = [&at](auto question) {
            std::promise<sio::runtime::TimePoint> answer;
            at.post([&] { answer.set_value(question()); });
            return answer.get_future().get();
        };
        const auto before = ask([&] {
            at.skip_ahead(time);
            return at.now();
        });
        while (ask([&] { return at.now(); }) < before + time) {
        }
    }

    Limits limits_;
    cluster::LocalBus bus_;
    const auth::TokenVerifier verifier_{auth::KeySet({key()})};
    AddressGuard addresses_{limits_};
    Directory directory_;
    Identities identities_{directory_};
    Admission admission_{verifier_, limits_, addresses_, identities_};
    Door door_{limits_};

private:
    std::mutex handles_mutex_;
    std::map<std::string, sio::SocketHandle> handles_;
};

}  // namespace desk::testing
