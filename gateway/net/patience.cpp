#include "gateway/net/patience.hpp"

#include <utility>

namespace postern::gateway {

patience::patience(boost::asio::any_io_executor where, std::chrono::milliseconds length)
    : timer_(std::move(where)), length_(length) {}

patience::~patience() {
    all_.clear_and_dispose([](watched* one) { one->by_ = nullptr; });
}

void patience::watched::watch(patience& by) {
    forget();
    by_ = &by;
    last_ = clock::now();
    by.all_.push_back(*this);
    if (!by.armed_) by.arm();
}

void patience::watched::heard() {
    if (!by_) return;
    last_ = clock::now();
    auto& all = by_->all_;
    all.splice(all.end(), all, all.iterator_to(*this));
}

void patience::watched::forget() {
    if (!by_) return;
    auto* by = std::exchange(by_, nullptr);
    by->all_.erase(by->all_.iterator_to(*this));
}

void patience::arm() {
    timer_.expires_at(all_.front().last_ + length_);
    timer_.async_wait([this](boost::system::error_code ec) {
        if (!ec) look();
    });
    armed_ = true;
}

void patience::look() {
    auto now = clock::now();
    while (!all_.empty() && all_.front().last_ + length_ <= now) {
        auto& one = all_.front();
        one.forget();
        one.too_silent();
    }
    armed_ = false;
    if (!all_.empty()) arm();
}

}
