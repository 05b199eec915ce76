/* Charts: a neutral description (contexts.Chart as JSON) drawn by ECharts in the colours of the page. */
(function () {
  "use strict";
  const gx = window.gx;
  const drawn = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = () => [1, 2, 3, 4, 5, 6].map((index) => colour(`--gx-chart-${index}`));

  function axis(data, along) {
    const words = { color: colour("--gx-muted"), fontSize: 12 };
    return along
      ? {
          type: "category",
          data: data.categories,
          inverse: data.kind === "bar",
          axisTick: { show: false },
          axisLine: { lineStyle: { color: colour("--gx-line-2") } },
          axisLabel: { ...words, width: 120, overflow: "truncate" },
        }
      : {
          type: "value",
          name: data.unit,
          nameGap: 12,
          nameTextStyle: { ...words, align: "right", padding: [0, 6, 0, 0] },
          axisLabel: { ...words, formatter: (value) => value.toLocaleString() },
          splitLine: { lineStyle: { color: colour("--gx-line") } },
        };
  }
  function tooltip() {
    return {
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("--gx-raised"),
      borderColor: colour("--gx-line-2"),
      borderWidth: 1,
      padding: [8, 12],
      textStyle: { color: colour("--gx-text"), fontSize: 12 },
    };
  }
  function label(data) {
    return {
      show: data.series.length === 1 && data.categories.length <= 24,
      color: colour("--gx-text-2"),
      fontSize: 12,
      position: data.kind === "bar" ? "right" : "top",
      formatter: (point) => point.value.toLocaleString(),
    };
  }
  function donut(data) {
    return {
      tooltip: { ...tooltip(), trigger: "item" },
      series: [
        {
          type: "pie",
          radius: ["52%", "76%"],
          itemStyle: { borderColor: colour("--gx-surface"), borderWidth: 2, borderRadius: 3 },
          label: { color: colour("--gx-text-2"), formatter: "{b}  {c}" },
          labelLine: { lineStyle: { color: colour("--gx-line-2") } },
          data: data.categories.map((name, index) => ({ name, value: data.series[0].values[index] })),
        },
      ],
    };
  }
  function cartesian(data) {
    const lying = data.kind === "bar";
    const line = data.kind === "line";
    return {
      grid: { left: 8, right: lying ? 56 : 12, top: data.series.length > 1 ? 40 : 30, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltip(),
        trigger: "axis",
        axisPointer: { type: line ? "line" : "shadow", shadowStyle: { color: colour("--gx-hover"), opacity: 0.6 } },
      },
      legend: {
        show: data.series.length > 1,
        top: 0,
        right: 0,
        icon: "circle",
        itemWidth: 8,
        itemHeight: 8,
        textStyle: { color: colour("--gx-text-2"), fontSize: 12 },
      },
      [lying ? "yAxis" : "xAxis"]: axis(data, true),
      [lying ? "xAxis" : "yAxis"]: axis(data, false),
      series: data.series.slice(0, 6).map((one) => ({
        name: one.name,
        type: line ? "line" : "bar",
        data: one.values,
        stack: data.kind === "stack" ? "all" : undefined,
        label: line ? undefined : label(data),
        barMaxWidth: 26,
        itemStyle: { borderRadius: line || data.kind === "stack" ? 0 : lying ? [0, 4, 4, 0] : [4, 4, 0, 0] },
        symbolSize: 6,
        lineStyle: { width: 2 },
        smooth: false,
      })),
    };
  }
  function options(data) {
    const motion = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      color: palette(),
      animation: motion,
      animationDuration: 150,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, decal: { show: matchMedia("(prefers-contrast: more)").matches } },
      ...(data.kind === "donut" ? donut(data) : cartesian(data)),
    };
  }
  function draw(place) {
    const data = JSON.parse(document.getElementById(place.dataset.gxChart).textContent);
    if (!data.categories.length) {
      place.textContent = gx.text("no_data");
      return;
    }
    if (data.kind === "bar") place.style.height = `${Math.max(200, data.categories.length * 34 + 48)}px`;
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(options(data));
    chart.on("click", (event) => {
      if (data.urls[event.dataIndex]) location.href = data.urls[event.dataIndex];
    });
    drawn.set(place, { chart, data });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
  function repaint() {
    for (const [place, { chart, data }] of drawn) {
      if (!place.isConnected) {
        chart.dispose();
        drawn.delete(place);
      } else chart.setOption(options(data), true);
    }
  }

  gx.each("[data-gx-chart]", draw);
  document.addEventListener("gx:theme", repaint);
})();
