#include "sio/cluster/valkey/value.hpp"

namespace sio::cluster {

const Value& Value::operator[](std::size_t index) const {
    static const Value nil;
    return index < elements.size() ? elements[index] : nil;
}

}  // namespace sio::cluster
