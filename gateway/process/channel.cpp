#include "gateway/process/channel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace postern::gateway {
namespace {

constexpr std::uint32_t magic = 0x706f7374;   // "post"
constexpr std::size_t files_per_packet = 200; // the kernel takes 253
constexpr int patience_ms = 2000;

struct packet_header {
    std::uint32_t mark, what;
    std::uint64_t number;
    std::uint32_t more_files; // that follow in packets of their own
    std::uint32_t unused;
};

boost::system::error_code error_of(int value) { return {value, boost::system::system_category()}; }

bool known(std::uint32_t what) {
    return what >= static_cast<std::uint32_t>(word::bundle) &&
           what <= static_cast<std::uint32_t>(word::signer);
}

struct packet {
    packet_header header{};
    std::string text;
    std::vector<descriptor> files;
};

void take_files(msghdr& envelope, std::vector<descriptor>& files) {
    for (auto c = CMSG_FIRSTHDR(&envelope); c; c = CMSG_NXTHDR(&envelope, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len; at += sizeof(int)) {
            int fd;
            std::memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
            files.emplace_back(fd);
        }
    }
}

// Nothing: no packet there yet.
result<std::optional<packet>> receive_packet(int socket) {
    packet p;
    p.text.resize(channel::longest_text);
    alignas(cmsghdr) char room[CMSG_SPACE(files_per_packet * sizeof(int))];
    iovec parts[] = {
        {&p.header,     sizeof p.header},
        {p.text.data(), p.text.size()  }
    };
    msghdr envelope{};
    envelope.msg_iov = parts;
    envelope.msg_iovlen = 2;
    envelope.msg_control = room;
    envelope.msg_controllen = sizeof room;
    auto got = ::recvmsg(socket, &envelope, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (got <= 0) return error_of(got < 0 ? errno : ECONNRESET);
    take_files(envelope, p.files);
    auto size = static_cast<std::size_t>(got);
    if ((envelope.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || size < sizeof p.header ||
        p.header.mark != magic || !known(p.header.what))
        return error_of(EPROTO);
    p.text.resize(size - sizeof p.header);
    return std::optional<packet>(std::move(p));
}

}

result<std::pair<channel, channel>> channel::pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return error_of(errno);
    return std::pair(channel(descriptor(ends[0])), channel(descriptor(ends[1])));
}

result<void> channel::send_packet(
    const void* header, const std::string& text, const int* files, std::size_t count
) {
    alignas(cmsghdr) char room[CMSG_SPACE(files_per_packet * sizeof(int))] = {};
    iovec parts[] = {
        {const_cast<void*>(header), sizeof(packet_header) },
        { const_cast<char*>(text.data()),     std::min(text.size(), channel::longest_text)}
    };
    msghdr envelope{};
    envelope.msg_iov = parts;
    envelope.msg_iovlen = 2;
    if (count > 0) {
        envelope.msg_control = room;
        envelope.msg_controllen = CMSG_SPACE(count * sizeof(int));
        auto c = CMSG_FIRSTHDR(&envelope);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int));
        std::memcpy(CMSG_DATA(c), files, count * sizeof(int));
    }
    for (;;) {
        if (::sendmsg(socket_.get(), &envelope, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return {};
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return error_of(errno);
        pollfd wait{socket_.get(), POLLOUT, 0};
        if (::poll(&wait, 1, patience_ms) == 0) return error_of(ETIMEDOUT);
    }
}

result<void> channel::send(const message& m) {
    if (m.files.size() > most_files) return error_of(E2BIG);
    std::vector<int> files;
    for (auto& f : m.files)
        files.push_back(f.get());
    packet_header header{magic, static_cast<std::uint32_t>(m.what), m.number, 0, 0};
    std::size_t sent = 0;
    do {
        auto count = std::min(files.size() - sent, files_per_packet);
        header.more_files = static_cast<std::uint32_t>(files.size() - sent - count);
        auto done = send_packet(&header, sent ? std::string() : m.text, files.data() + sent, count);
        if (!done) return done;
        sent += count;
    } while (sent < files.size());
    return {};
}

result<std::optional<message>> channel::receive() {
    for (;;) {
        auto p = receive_packet(socket_.get());
        if (!p) return p.error();
        if (!*p) return std::nullopt;
        auto& [header, text, files] = **p;
        if (missing_ == 0) {
            half_ = message();
            half_.what = static_cast<word>(header.what);
            half_.number = header.number;
            half_.text = std::move(text);
        } else if (files.empty() || files.size() + header.more_files != missing_) {
            return error_of(EPROTO);
        }
        std::ranges::move(files, std::back_inserter(half_.files));
        missing_ = header.more_files;
        if (half_.files.size() + missing_ > allowed_files_) return error_of(EPROTO);
        if (missing_ == 0) return std::optional<message>(std::move(half_));
    }
}

}
