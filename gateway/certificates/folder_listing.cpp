#include "gateway/certificates/folder_listing.hpp"

#include "backends/tls/staple.hpp"
#include "gateway/certificates/marks.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>

namespace postern::gateway {
namespace {

struct closer {
    void operator()(DIR* d) const { ::closedir(d); }
};

class lister {
public:
    explicit lister(DIR* in) : at_(::dirfd(in)) {}

    void look_at(const dirent& one, std::vector<folder_item>& out) const {
        std::string name(one.d_name);
        if (name.starts_with('.')) return;
        if (name.ends_with(".pem") || name.ends_with(".crt")) return add_file(name, out);
        if (is_folder(one)) add_folder(name, out);
    }

private:
    bool is_folder(const dirent& one) const {
        if (one.d_type == DT_DIR) return true;
        if (one.d_type != DT_LNK && one.d_type != DT_UNKNOWN) return false;
        struct stat is {};
        return ::fstatat(at_, one.d_name, &is, 0) == 0 && S_ISDIR(is.st_mode);
    }

    void add_file(const std::string& name, std::vector<folder_item>& out) const {
        auto stem = name.substr(0, name.size() - 4);
        add(name, {stem + ".key", stem + "-key.pem"}, out);
    }

    void add_folder(const std::string& name, std::vector<folder_item>& out) const {
        if (!add(name + "/fullchain.pem", {name + "/privkey.pem"}, out))
            add(name + "/tls.crt", {name + "/tls.key"}, out);
    }

    bool add(
        const std::string& certificate,
        const std::vector<std::string>& keys,
        std::vector<folder_item>& out
    ) const {
        auto mark = mark_of_file(at_, certificate.c_str());
        if (mark == 0) return false; // or a link that leads nowhere
        folder_item item{certificate, {}, 0};
        std::uint64_t of_key = 0;
        for (auto& key : keys)
            if (of_key == 0 && (of_key = mark_of_file(at_, key.c_str())) != 0) item.key = key;
        item.mark = mark_of_both(mark, of_key);
        auto staple = tls::staple_beside(certificate);
        if (auto of_staple = mark_of_file(at_, staple.c_str()); of_staple != 0) {
            item.staple = staple;
            item.mark = mark_of_both(item.mark, of_staple);
        }
        out.push_back(std::move(item));
        return true;
    }

    int at_;
};

}

folder_listing list_folder(const std::string& path) {
    folder_listing out;
    std::unique_ptr<DIR, closer> in(::opendir(path.c_str()));
    if (!in) {
        out.error = errno;
        return out;
    }
    lister eye(in.get());
    for (errno = 0; auto* one = ::readdir(in.get()); errno = 0) {
        eye.look_at(*one, out.items);
        if (out.items.size() > folder_listing::most) {
            out.error = E2BIG;
            return out;
        }
    }
    out.error = errno;
    std::ranges::sort(out.items, {}, &folder_item::certificate);
    return out;
}

}
