#include "config/build/load.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sys/stat.h>

namespace postern::config {

namespace {

constexpr std::size_t largest = 1 << 20;

struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
};

// Anything but a regular file could block or never end.
int why_not(const std::string& path) {
    std::error_code error;
    auto what = std::filesystem::status(path, error);
    if (error) return error.value();
    if (what.type() == std::filesystem::file_type::directory) return EISDIR;
    return what.type() == std::filesystem::file_type::regular ? 0 : EINVAL;
}

}

file_answer read_from_disk(const std::string& path) {
    if (int error = why_not(path)) return {nullptr, error};
    std::unique_ptr<std::FILE, closer> in(std::fopen(path.c_str(), "rbe"));
    if (!in) return {nullptr, errno};
    // A buffer inside the library would keep a copy of a key.
    std::setvbuf(in.get(), nullptr, _IONBF, 0);
    std::string text(largest + 1, '\0');
    auto got = std::fread(text.data(), 1, text.size(), in.get());
    int error = std::ferror(in.get()) ? (errno != 0 ? errno : EIO) : got > largest ? EFBIG : 0;
    struct stat is {};
    bool open_to_all = ::fstat(::fileno(in.get()), &is) == 0 && (is.st_mode & S_IROTH) != 0;
    file_answer answer{nullptr, error, open_to_all};
    if (error == 0)
        answer.bytes = std::make_shared<const secret>(std::string_view(text).substr(0, got));
    wipe(text);
    return answer;
}

}
