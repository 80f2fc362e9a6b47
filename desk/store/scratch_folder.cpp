#include "desk/store/scratch_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace desk::store {

std::expected<ScratchFolder, std::string> ScratchFolder::make() {
    std::error_code failure;
    const auto parent = std::filesystem::temp_directory_path(failure);
    if (failure) return std::unexpected("no folder for temporary files (TMPDIR): " + failure.message());
    std::string pattern = (parent / "insightdesk-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
        return std::unexpected("cannot make " + pattern + ": " + std::generic_category().message(errno));
    return ScratchFolder(pattern);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace desk::store
