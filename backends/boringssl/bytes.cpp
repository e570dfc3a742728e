#include "backends/boringssl/bytes.hpp"

#include <new>

namespace postern::tls::boringssl {

namespace {

std::span<std::byte> bytes_of(char* data, int length) {
    return std::as_writable_bytes(std::span(data, static_cast<std::size_t>(length)));
}

int read_hook(BIO* bio, char* out, int length) {
    BIO_clear_retry_flags(bio);
    if (length <= 0) return 0;
    auto got = static_cast<connection*>(BIO_get_data(bio))->bytes.read(bytes_of(out, length));
    if (got == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    return static_cast<int>(got);
}

int write_hook(BIO* bio, const char* data, int length) {
    BIO_clear_retry_flags(bio);
    if (length <= 0) return 0;
    try {
        auto bytes = std::as_bytes(std::span(data, static_cast<std::size_t>(length)));
        static_cast<connection*>(BIO_get_data(bio))->bytes.write(bytes);
        return length;
    } catch (const std::bad_alloc&) {
        return -1; // an exception may not pass through the library
    }
}

long control_hook(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH; }

const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
        auto* m = BIO_meth_new(BIO_get_new_index(), "postern");
        BIO_meth_set_read(m, read_hook);
        BIO_meth_set_write(m, write_hook);
        BIO_meth_set_ctrl(m, control_hook);
        return m;
    }();
    return made;
}

int slot() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

}

bool join(SSL* ssl, connection& to) {
    auto* bio = BIO_new(method());
    if (!bio) return false;
    BIO_set_data(bio, &to);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio); // takes the one reference for both directions
    return SSL_set_ex_data(ssl, slot(), &to) == 1;
}

connection& connection_of(const SSL* ssl) {
    return *static_cast<connection*>(SSL_get_ex_data(ssl, slot()));
}

}
