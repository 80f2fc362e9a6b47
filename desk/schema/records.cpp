#include "desk/schema/records.hpp"

#include <algorithm>

#include "desk/schema/common_types.hpp"
#include "desk/schema/endpoints.hpp"
#include "desk/schema/events.hpp"

namespace desk::schema {

namespace {

/// False when it was there already.
template <class T>
bool add_once(std::vector<const T*>& list, const T* item) {
    if (std::ranges::find(list, item) != list.end()) return false;
    list.push_back(item);
    return true;
}

}  // namespace

void Records::add(const Type& type) {
    if (type.words != nullptr) add_once(word_lists_, type.words);
    if (type.element != nullptr) add(*type.element);
    if (type.object == nullptr) return;
    if (type.kind == Kind::Partial) add_once(partials_, type.object);
    if (!add_once(objects_, type.object)) return;
    for (const Field& field : type.object->fields) add(field.type);
}

void add_events(Records& records) {
    records.add(kSocketErrorType);
    records.add(ref(kLogged));
    const auto add_all = [&records](std::span<const ClientEvent> from_client, std::span<const ServerEvent> from_server) {
        for (const ClientEvent& event : from_client) {
            records.add(*event.payload);
            if (event.result != nullptr) records.add(*event.result);
        }
        for (const ServerEvent& event : from_server) records.add(*event.payload);
    };
    add_all(common_client_events(), common_server_events());
    add_all({}, sync_events());
    for (const NamespaceEvents& nsp : namespaces()) add_all(nsp.from_client, nsp.from_server);
}

void add_endpoints(Records& records) {
    records.add(kProblemType);
    for (const Endpoint& endpoint : endpoints()) {
        for (const Field& parameter : endpoint.query) records.add(parameter.type);
        if (endpoint.body != nullptr) records.add(*endpoint.body);
        if (endpoint.answer != nullptr) records.add(*endpoint.answer);
    }
}

}  // namespace desk::schema
