#pragma once

#include <memory>
#include <utility>

namespace sio {

/// One owned object of any type, for the application. Eight bytes while empty.
class UserData {
public:
    /// The object, or nullptr when there is none or it is of another type.
    template <class T>
    T* get() const {
        if (!holder_ || holder_->type != &kTag<T>) return nullptr;
        return &static_cast<Holder<T>*>(holder_.get())->value;
    }

    template <class T, class... Args>
    T& emplace(Args&&... args) {
        auto holder = std::make_unique<Holder<T>>(std::forward<Args>(args)...);
        T& value = holder->value;
        holder_ = std::move(holder);
        return value;
    }

    void reset() { holder_.reset(); }

private:
    template <class T>
    static constexpr char kTag = 0;

    struct Base {
        explicit Base(const void* tag) : type(tag) {}
        Base(const Base&) = delete;
        Base& operator=(const Base&) = delete;
        virtual ~Base() = default;
        const void* type;
    };
    template <class T>
    struct Holder final : Base {
        template <class... Args>
        explicit Holder(Args&&... args) : Base(&kTag<T>), value{std::forward<Args>(args)...} {}
        T value;
    };

    std::unique_ptr<Base> holder_;
};

}  // namespace sio
