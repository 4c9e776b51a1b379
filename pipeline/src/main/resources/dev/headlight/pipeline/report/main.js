showRun();
showHeads();
showLayers();
document.documentElement.setAttribute("data-ready", "true");
