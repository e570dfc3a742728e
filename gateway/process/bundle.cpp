#include "gateway/process/bundle.hpp"

#include "gateway/shared/packing.hpp"

#include <algorithm>
#include <cerrno>

namespace postern::gateway {
namespace {

boost::system::error_code error_of(int value) { return {value, boost::system::system_category()}; }

constexpr std::size_t largest = 256 << 20; // of the bytes of all files together
constexpr std::size_t most_logs = 1000;    // a configuration may name fewer

void write(packer& out, const open_logs& logs) {
    out.put(logs.size());
    for (auto& l : logs) {
        out.put(std::string_view(l.name));
        out.put(std::string_view(l.peer));
    }
}

// `take` gives the next descriptor.
bool read(unpacker& in, open_logs& logs, const auto& take) {
    auto count = in.number();
    if (count > most_logs) return false;
    for (; count > 0 && in.good(); --count) {
        auto& l = logs.emplace_back();
        l.name = in.text();
        l.peer = in.text();
        l.file = take();
        if (!l.file) return false;
    }
    return in.good();
}

void write(packer& out, const bundle& b) {
    out.put(std::string_view(b.name));
    out.put(b.text.reveal());
    out.put(b.peers.size());
    for (auto& [name, hosts] : b.peers) {
        out.put(std::string_view(name));
        out.put(hosts.size());
        for (auto& host : hosts)
            out.put(std::string_view(host));
    }
    out.put(b.files.size());
    for (auto& [path, file] : b.files) {
        out.put(std::string_view(path));
        out.put(std::uint64_t{file.bytes ? 0u : static_cast<unsigned>(file.error)});
        out.put(file.bytes ? file.bytes->reveal() : std::string_view());
    }
    write(out, b.logs);
    out.put(b.signer ? 1 : 0);
    out.put(b.secrets ? 1 : 0);
    out.put(b.zones.size());
    for (auto& z : b.zones) {
        out.put(std::string_view(z.name));
        out.put(z.bytes);
    }
    out.put(b.settings);
    out.put(b.folders.size());
    for (auto& f : b.folders)
        out.put(std::string_view(f.path));
    out.put(b.listeners.size());
    for (auto& l : b.listeners) {
        out.put(l.key);
        out.put(l.server);
        out.put(l.index);
    }
}

// The descriptors follow in the order in which the bytes name them.
bool read(unpacker in, std::vector<descriptor> files, bundle& b) {
    auto next = files.begin();
    auto take = [&] { return next == files.end() ? descriptor() : std::move(*next++); };
    b.name = in.text();
    b.text = secret(in.text());
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& hosts = b.peers[std::string(in.text())];
        for (auto m = in.number(); m > 0 && in.good(); --m)
            hosts.emplace_back(in.text());
    }
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& file = b.files[std::string(in.text())];
        file.error = static_cast<int>(in.number());
        auto bytes = in.text();
        if (file.error == 0) file.bytes = std::make_shared<const secret>(bytes);
    }
    if (!read(in, b.logs, take)) return false;
    b.ticket_keys = take();
    if (in.number() != 0) b.signer = take();
    if (in.number() != 0) b.secrets = take();
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& z = b.zones.emplace_back();
        z.name = in.text();
        z.bytes = in.number();
        z.memory = take();
    }
    b.settings = in.number();
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& f = b.folders.emplace_back();
        f.path = in.text();
        f.memory = take();
    }
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& l = b.listeners.emplace_back();
        l.key = in.number();
        l.server = in.number();
        l.index = in.number();
        l.socket = take();
    }
    auto whole = [](auto& all, auto which) {
        return std::ranges::all_of(all, [&](auto& x) { return static_cast<bool>(x.*which); });
    };
    return in.at_end() && next == files.end() && b.ticket_keys &&
           whole(b.zones, &bundle::zone::memory) && whole(b.folders, &bundle::folder::memory) &&
           whole(b.listeners, &bundle::listener::socket);
}

// Bytes in memory of their own, and descriptors behind it.
result<message> message_of(word what, const auto& from, const std::vector<int>& fds) {
    auto fill = [&](packer& out) { write(out, from); };
    auto memory = pack_in_memory("postern bundle", largest, fill);
    if (!memory) return memory.error();
    message m;
    m.what = what;
    m.files.push_back(duplicate(memory->fd()));
    for (auto fd : fds)
        m.files.push_back(duplicate(fd));
    auto is_open = [](auto& file) { return static_cast<bool>(file); };
    if (!std::ranges::all_of(m.files, is_open)) return error_of(errno);
    return m;
}

// The other way; leaves the descriptors that belong to the bytes.
result<segment> memory_of(message& m, word what) {
    if (m.what != what || m.files.empty()) return error_of(EPROTO);
    auto memory = packed_memory(std::move(m.files[0]), largest);
    if (memory) m.files.erase(m.files.begin());
    return memory;
}

}

config::file_reader bundle::reader() const {
    return [this](const std::string& path) {
        auto at = files.find(path);
        return at == files.end() ? config::file_answer{nullptr, ENOENT} : at->second;
    };
}

result<message> pack(const bundle& b) {
    std::vector<int> fds;
    for (auto& l : b.logs)
        fds.push_back(l.file.get());
    fds.push_back(b.ticket_keys.get());
    if (b.signer) fds.push_back(b.signer.get());
    if (b.secrets) fds.push_back(b.secrets.get());
    for (auto& z : b.zones)
        fds.push_back(z.memory.get());
    for (auto& f : b.folders)
        fds.push_back(f.memory.get());
    for (auto& l : b.listeners)
        fds.push_back(l.socket.get());
    auto m = message_of(word::bundle, b, fds);
    if (m) m->number = b.number;
    return m;
}

result<bundle> unpack(message m) {
    bundle b;
    b.number = m.number;
    auto memory = memory_of(m, word::bundle);
    if (!memory) return memory.error();
    auto bytes = memory->bytes();
    auto good = read(unpacker(bytes), std::move(m.files), b);
    ::explicit_bzero(bytes.data(), bytes.size()); // keys have stood here
    if (!good) return error_of(EPROTO);
    return b;
}

result<message> pack(const open_logs& logs) {
    std::vector<int> fds;
    for (auto& l : logs)
        fds.push_back(l.file.get());
    return message_of(word::reopen, logs, fds);
}

result<open_logs> unpack_logs(message m) {
    auto memory = memory_of(m, word::reopen);
    if (!memory) return memory.error();
    unpacker in(memory->bytes());
    auto next = m.files.begin();
    auto take = [&] { return next == m.files.end() ? descriptor() : std::move(*next++); };
    open_logs logs;
    if (!read(in, logs, take) || !in.at_end() || next != m.files.end()) return error_of(EPROTO);
    return logs;
}

}
