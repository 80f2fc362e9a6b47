#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <utility>

namespace desk::store {

/// A folder of this process alone, gone with this object. Files in it that are open live on without a name, until they are closed or the
/// process ends, however it ends.
class ScratchFolder {
public:
    /// In the folder for temporary files (TMPDIR). Errors are for a person.
    static std::expected<ScratchFolder, std::string> make();
    ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder();

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace desk::store
