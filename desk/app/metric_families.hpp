#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/model/histogram.hpp"

namespace desk::app {

/// Builds what is scraped at one moment.
class MetricFamilies {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// The next values go here. Counters are named `_total`.
    MetricFamilies& counter(std::string name, std::string help) {
        return family(std::move(name), std::move(help), prometheus::MetricType::Counter);
    }
    MetricFamilies& gauge(std::string name, std::string help) {
        return family(std::move(name), std::move(help), prometheus::MetricType::Gauge);
    }
    void histogram(std::string name, std::string help, const Histogram& observed);

    template <class Number>
    MetricFamilies& value(Number number, Labels labels = {}) {
        return add(static_cast<double>(number), labels);
    }

    std::string text() const;

private:
    MetricFamilies& family(std::string name, std::string help, prometheus::MetricType type);
    MetricFamilies& add(double number, Labels labels);

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace desk::app
