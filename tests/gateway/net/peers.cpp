#include "tests/gateway/net/peers.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace postern::test {

using boost::asio::ip::tcp;

std::size_t peer::say(std::string_view text) {
    auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void peer::finish() { ::shutdown(fd_, SHUT_WR); }

void peer::break_off() {
    linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up();
}

void peer::hang_up() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void peer::listen(std::size_t most) {
    std::string room(std::min<std::size_t>(most, 65536), '\0');
    for (std::size_t got_all = 0; got_all < most;) {
        auto got = ::recv(fd_, room.data(), std::min(room.size(), most - got_all), MSG_DONTWAIT);
        if (got == 0) ended = true;
        if (got < 0 && errno == ECONNRESET) reset = true;
        if (got <= 0) return;
        heard.append(room.data(), static_cast<std::size_t>(got));
        got_all += static_cast<std::size_t>(got);
    }
}

std::pair<gateway::stream_socket, peer> connected(boost::asio::io_context& loop) {
    tcp::acceptor door(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto to = door.local_endpoint();
    if (::connect(fd, to.data(), static_cast<socklen_t>(to.size())) != 0)
        throw std::runtime_error("no loopback");
    return {gateway::stream_socket(loop, gateway::descriptor(door.accept().release())), peer(fd)};
}

void hear(boost::asio::io_context& loop, peer& p, std::size_t bytes) {
    turn_until(loop, [&] {
        p.listen();
        return p.heard.size() >= bytes || p.ended || p.reset;
    });
}

void hear_end(boost::asio::io_context& loop, peer& p) {
    turn_until(loop, [&] {
        p.listen();
        return p.ended || p.reset;
    });
}

}
